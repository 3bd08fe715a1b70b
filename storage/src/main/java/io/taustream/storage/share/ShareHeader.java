package io.taustream.storage.share;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.taustream.storage.TaustreamException;
import io.taustream.storage.label.DenseF32;
import io.taustream.storage.label.LabelColumn;
import io.taustream.storage.label.LabelEncoding;
import io.taustream.storage.label.LabelSet;
import io.taustream.storage.sample.Shard;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a shared file says of the labels in it: the schema metadata of a label file ({@link
 * io.taustream.storage.label.LabelFileWriter}), text throughout. Of these keys, all of which an
 * export has, an import
 *
 * <ul>
 *   <li>needs {@code taustream.format} ({@code 1}), {@code taustream.shard}, {@code
 *       taustream.view_id}, {@code taustream.views} and {@code taustream.classes}
 *   <li>compares, where they are there, {@code taustream.teacher_sha256}, {@code
 *       taustream.encoding} with what it is made of, {@code taustream.crc32c} and {@code
 *       taustream.samples}
 *   <li>takes {@code taustream.skipped} for empty where it is not there
 *   <li>ignores all others
 * </ul>
 *
 * <p>Without {@code taustream.encoding}, and with {@code dense-f32}, the file has a column {@code
 * logits} of float32 or float16, and these are encoded as a labelling would. Any other encoding
 * must be the store's: the file then has its columns, which are taken over as they are. Immutable.
 *
 * @param where the file's name, for messages
 * @param shardName the data shard's file name
 * @param shardSize the data shard's size in bytes
 * @param viewId of the views that the rows are of
 * @param views of each sample: rows are of views 0 to {@code views} − 1
 * @param classes logits of each row
 * @param teacherSha256 of the teacher that gave them
 * @param encoding of the columns
 * @param crc32c of the data shard's bytes
 * @param samples in the shard
 * @param skipped the ordinals of samples without a decodable image, rising
 */
public record ShareHeader(
    String where,
    String shardName,
    long shardSize,
    String viewId,
    int views,
    int classes,
    Optional<String> teacherSha256,
    Optional<LabelEncoding> encoding,
    OptionalLong crc32c,
    Optional<Integer> samples,
    List<Integer> skipped) {
  private static final String PREFIX = "taustream.";
  private static final String FORMAT = "1";
  private static final int MOST_VIEWS = 65_536;
  private static final ObjectMapper JSON = new ObjectMapper();

  public ShareHeader {
    skipped = List.copyOf(skipped);
  }

  /**
   * Reads a file's metadata.
   *
   * @param where the file's name, for messages
   * @throws TaustreamException if a key that is needed is missing, or a value impossible
   */
  public static ShareHeader of(Map<String, String> metadata, String where) {
    String format = need(metadata, "format", where);
    if (!format.equals(FORMAT)) {
      throw new TaustreamException(
          "%s has label format %s; this version of Taustream reads format %s: use a newer one"
              .formatted(where, format, FORMAT));
    }
    try {
      JsonNode shard = JSON.readTree(need(metadata, "shard", where));
      if (!shard.path("name").isTextual() || !shard.path("size").isIntegralNumber()) {
        throw new TaustreamException(
            "%s: taustream.shard is %s; expected is {\"name\":\"…\",\"size\":…}"
                .formatted(where, shard));
      }
      ShareHeader header =
          new ShareHeader(
              where,
              shard.get("name").textValue(),
              shard.get("size").longValue(),
              need(metadata, "view_id", where),
              Integer.parseInt(need(metadata, "views", where)),
              Integer.parseInt(need(metadata, "classes", where)),
              get(metadata, "teacher_sha256"),
              get(metadata, "encoding")
                  .map(text -> LabelEncoding.of(text, name -> need(metadata, name, where))),
              get(metadata, "crc32c")
                  .map(crc -> OptionalLong.of(Long.parseLong(crc, 16)))
                  .orElse(OptionalLong.empty()),
              get(metadata, "samples").map(Integer::valueOf),
              get(metadata, "skipped").map(ShareHeader::ordinals).orElse(List.of()));
      header.requirePossible();
      return header;
    } catch (NumberFormatException | JsonProcessingException e) {
      throw new TaustreamException(
          "%s: its metadata cannot be read: %s; write it as docs/formats.md states"
              .formatted(where, e.getMessage().lines().findFirst().orElse("")),
          e);
    }
  }

  private void requirePossible() {
    if (views < 1 || views > MOST_VIEWS) {
      throw new TaustreamException(
          "%s: taustream.views is %d; allowed are 1 to %d".formatted(where, views, MOST_VIEWS));
    }
    int last = -1;
    for (int ordinal : skipped) {
      if (ordinal <= last) {
        throw new TaustreamException(
            "%s: taustream.skipped holds %d after %d; ordinals rise from 0"
                .formatted(where, ordinal, last));
      }
      last = ordinal;
    }
  }

  private static String need(Map<String, String> metadata, String key, String where) {
    return get(metadata, key)
        .orElseThrow(
            () ->
                new TaustreamException(
                    "%s has no metadata %s%s, without which nobody knows what its labels are of; write it as docs/formats.md states"
                        .formatted(where, PREFIX, key)));
  }

  private static Optional<String> get(Map<String, String> metadata, String key) {
    return Optional.ofNullable(metadata.get(PREFIX + key));
  }

  private static List<Integer> ordinals(String text) {
    return text.isEmpty()
        ? List.of()
        : Arrays.stream(text.split(",", -1)).map(Integer::valueOf).toList();
  }

  /**
   * Fails unless the labels are of this set and this shard, as far as the metadata tell.
   *
   * @throws TaustreamException naming what was found and what is expected
   */
  public void requireFits(LabelSet set, Shard shard) {
    require("shard size", shardSize, shard.size());
    require("view", viewId, set.viewId());
    require("class count", classes, set.classes());
    teacherSha256.ifPresent(sha -> require("teacher SHA-256", sha, set.teacherSha256()));
    if (encoding.isPresent() && !(encoding.get() instanceof DenseF32)) {
      require("encoding", encoding.get(), set.encoding());
    }
  }

  private void require(String what, Object found, Object expected) {
    if (!found.equals(expected)) {
      throw new TaustreamException(
          "%s was made for other data: its %s is %s, expected is %s; import it with the configuration that it was made for"
              .formatted(where, what, found, expected));
    }
  }

  /**
   * Fails unless the shard, as it was read, is the one that the labels are of.
   *
   * @param found samples in it
   * @param crc of its bytes
   */
  public void requireSame(int found, long crc) {
    samples.ifPresent(stated -> require("count of samples in shard " + shardName, stated, found));
    crc32c.ifPresent(
        stated ->
            require(
                "CRC-32C of shard " + shardName, "%08x".formatted(stated), "%08x".formatted(crc)));
    if (!skipped.isEmpty() && skipped.get(skipped.size() - 1) >= found) {
      throw new TaustreamException(
          "%s: taustream.skipped holds %d; shard %s has %d samples"
              .formatted(where, skipped.get(skipped.size() - 1), shardName, found));
    }
  }

  /** The skipped ordinals as a set. */
  public BitSet skippedSet() {
    BitSet set = new BitSet();
    skipped.forEach(set::set);
    return set;
  }

  /** Whether the columns are those of the store, to be taken over as they are. */
  public boolean isEncodedFor(LabelSet set) {
    return encoding.isPresent() && encoding.get().equals(set.encoding());
  }

  /** The columns that the file is read by: the encoding's own, or float32 logits. */
  public List<LabelColumn> columns(LabelSet set) {
    LabelEncoding read = isEncodedFor(set) ? set.encoding() : new DenseF32();
    return read.columns(set.classes());
  }
}
