package io.taustream.storage.label;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.taustream.storage.TaustreamException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a label file says of itself in its schema metadata; the keys are listed in {@link
 * LabelFileWriter}. Immutable.
 *
 * @param set teacher, view, classes and encoding
 * @param views of each sample: the file holds views 0 to {@code views} − 1
 * @param shardName the data shard's file name
 * @param shardSize the data shard's size in bytes
 * @param crc32c of the data shard's bytes as they were read for labelling
 * @param samplesCrc32c of the samples that have rows: see {@link SampleDigest}
 * @param samples in the shard, those without a decodable image included
 * @param skipped the ordinals, rising, of the samples without a decodable image: they have no row
 * @param writer the program that wrote the file, "taustream" and its version
 */
public record LabelMetadata(
    LabelSet set,
    int views,
    String shardName,
    long shardSize,
    long crc32c,
    long samplesCrc32c,
    int samples,
    List<Integer> skipped,
    String writer) {
  static final int FORMAT = 1;
  private static final String PREFIX = "taustream.";
  private static final ObjectMapper JSON = new ObjectMapper();

  public LabelMetadata {
    skipped = List.copyOf(skipped);
  }

  /** Rows of one view: the samples that have an image. */
  public int rowsPerView() {
    return samples - skipped.size();
  }

  /** Rows of the file. */
  public long rows() {
    return (long) rowsPerView() * views;
  }

  /** Whether both are of the same samples of the same bytes of a shard. */
  boolean isOfSameShard(LabelMetadata other) {
    return shardSize == other.shardSize
        && crc32c == other.crc32c
        && samplesCrc32c == other.samplesCrc32c
        && samples == other.samples
        && skipped.equals(other.skipped);
  }

  /** The schema metadata in the order in which it is written. */
  public Map<String, String> toMap() {
    Map<String, String> map = new LinkedHashMap<>();
    map.put(PREFIX + "format", Integer.toString(FORMAT));
    map.put(PREFIX + "teacher", set.teacherName());
    map.put(PREFIX + "teacher_sha256", set.teacherSha256());
    map.put(PREFIX + "view_id", set.viewId());
    map.put(PREFIX + "view", set.viewJson());
    map.put(PREFIX + "views", Integer.toString(views));
    map.put(PREFIX + "classes", Integer.toString(set.classes()));
    map.put(PREFIX + "encoding", set.encoding().text());
    set.encoding().parameters().forEach((name, value) -> map.put(PREFIX + name, value));
    map.put(
        PREFIX + "shard",
        JsonNodeFactory.instance
            .objectNode()
            .put("name", shardName)
            .put("size", shardSize)
            .toString());
    map.put(PREFIX + "crc32c", "%08x".formatted(crc32c));
    map.put(PREFIX + "samples_crc32c", "%08x".formatted(samplesCrc32c));
    map.put(PREFIX + "samples", Integer.toString(samples));
    map.put(PREFIX + "skipped", join(skipped));
    map.put(PREFIX + "writer", writer);
    return map;
  }

  /**
   * Reads what {@link #toMap} wrote.
   *
   * @param where the file's name, for messages
   * @throws DamagedLabelFileException if a key is missing or a value impossible
   * @throws TaustreamException if the file is of another format
   */
  static LabelMetadata fromMap(Map<String, String> map, String where) {
    String format = get(map, "format", where);
    if (!format.equals(Integer.toString(FORMAT))) {
      throw new TaustreamException(
          "%s has label format %s; this version of Taustream reads format %d: use a newer one"
              .formatted(where, format, FORMAT));
    }
    try {
      LabelSet set =
          new LabelSet(
              get(map, "teacher", where),
              get(map, "teacher_sha256", where),
              get(map, "view_id", where),
              get(map, "view", where),
              Integer.parseInt(get(map, "classes", where)),
              LabelEncoding.of(
                  get(map, "encoding", where), parameter -> get(map, parameter, where)));
      JsonNode shard = JSON.readTree(get(map, "shard", where));
      if (!shard.path("name").isTextual() || !shard.path("size").canConvertToLong()) {
        throw new DamagedLabelFileException(
            "%s: taustream.shard is %s; it has a name and a size".formatted(where, shard));
      }
      LabelMetadata metadata =
          new LabelMetadata(
              set,
              Integer.parseInt(get(map, "views", where)),
              shard.get("name").textValue(),
              shard.get("size").longValue(),
              Long.parseLong(get(map, "crc32c", where), 16),
              Long.parseLong(get(map, "samples_crc32c", where), 16),
              Integer.parseInt(get(map, "samples", where)),
              split(get(map, "skipped", where)).map(Integer::valueOf).toList(),
              get(map, "writer", where));
      metadata.requireOrdered(where);
      return metadata;
    } catch (DamagedLabelFileException e) {
      throw e;
    } catch (TaustreamException e) {
      // Perhaps of a later version: never taken for damage, which labelling would write over.
      throw new TaustreamException(
          "%s: %s; remove the file if it is damaged".formatted(where, e.getMessage()), e);
    } catch (NumberFormatException | JsonProcessingException e) {
      throw new DamagedLabelFileException(
          "%s: its metadata cannot be read: %s; label the shard again"
              .formatted(where, e.getMessage().lines().findFirst().orElse("")),
          e);
    }
  }

  private void requireOrdered(String where) {
    if (views < 1) {
      throw new DamagedLabelFileException(
          "%s: taustream.views is %d; there is at least 1".formatted(where, views));
    }
    int last = -1;
    for (int ordinal : skipped) {
      if (ordinal <= last || ordinal >= samples) {
        throw new DamagedLabelFileException(
            "%s: taustream.skipped holds %d after %d; ordinals rise and lie below %d"
                .formatted(where, ordinal, last, samples));
      }
      last = ordinal;
    }
  }

  private static String get(Map<String, String> map, String key, String where) {
    String value = map.get(PREFIX + key);
    if (value == null) {
      throw new DamagedLabelFileException(
          "%s is no whole label file: it has no %s%s; remove it and label the shard again"
              .formatted(where, PREFIX, key));
    }
    return value;
  }

  private static String join(List<?> values) {
    return values.stream().map(String::valueOf).collect(Collectors.joining(","));
  }

  private static Stream<String> split(String text) {
    return text.isEmpty() ? Stream.empty() : Arrays.stream(text.split(",", -1));
  }
}
