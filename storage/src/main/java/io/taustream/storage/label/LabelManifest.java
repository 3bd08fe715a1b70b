package io.taustream.storage.label;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.taustream.storage.TaustreamException;
import io.taustream.storage.object.ObjectInfo;
import io.taustream.storage.sample.Shard;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * {@code manifest.json}: an index of one folder's label files, so that asking for a shard's labels
 * costs no read of the label file, and the only place that knows which <em>version</em> of a shard
 * was labelled. The label files are the truth: an entry counts only while {@code bytes} and {@code
 * labelVersion} are those of the file, and a lost or broken manifest is rebuilt from the files.
 *
 * <p>A JSON object, UTF-8:
 *
 * <ul>
 *   <li>{@code format}: 1
 *   <li>{@code teacher}, {@code teacher_sha256}, {@code view_id}, {@code view} (the description, a
 *       string), {@code classes}, {@code encoding}, and what the encoding is made of ({@link
 *       LabelEncoding#parameters}), as strings: as in the files
 *   <li>{@code shards}, by name: {@code shard}; {@code uri} and {@code version} of the data shard,
 *       null in an entry rebuilt from the file alone; {@code size} and {@code crc32c} of the data
 *       shard; {@code samplesCrc32c} ({@link SampleDigest}), {@code samples}, {@code skipped} (a
 *       count), {@code views}; {@code rows}, {@code bytes}, {@code labelVersion} of the label file.
 *       An entry that lacks one of these, or whose checksums are not 8 hex digits, does not count
 * </ul>
 */
record LabelManifest(LabelSet set, SortedMap<String, Entry> entries) {
  private static final int FORMAT = 1;
  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  /** One label file. */
  record Entry(
      String shard,
      String uri,
      String version,
      long size,
      String crc32c,
      String samplesCrc32c,
      int samples,
      int skipped,
      int views,
      long rows,
      long bytes,
      String labelVersion) {

    /** An entry of labels that were made from {@code shard}. */
    static Entry of(Shard shard, LabelMetadata metadata, ObjectInfo label) {
      Entry entry = ofFile(metadata, label);
      return entry.madeFrom(shard.uri().toString(), shard.version());
    }

    /** An entry of labels of which only the file is known. */
    static Entry ofFile(LabelMetadata metadata, ObjectInfo label) {
      return new Entry(
          metadata.shardName(),
          null,
          null,
          metadata.shardSize(),
          "%08x".formatted(metadata.crc32c()),
          "%08x".formatted(metadata.samplesCrc32c()),
          metadata.samples(),
          metadata.skipped().size(),
          metadata.views(),
          metadata.rows(),
          label.size(),
          label.version());
    }

    Entry madeFrom(String newUri, String newVersion) {
      return new Entry(
          shard,
          newUri,
          newVersion,
          size,
          crc32c,
          samplesCrc32c,
          samples,
          skipped,
          views,
          rows,
          bytes,
          labelVersion);
    }

    private boolean isWhole() {
      return shard != null && isCrc(crc32c) && isCrc(samplesCrc32c) && views > 0;
    }

    private static boolean isCrc(String text) {
      return text != null && text.matches("[0-9a-f]{8}");
    }

    boolean describes(ObjectInfo label) {
      return bytes == label.size() && label.version().equals(labelVersion);
    }

    boolean isOfSameBytes(Entry other) {
      return size == other.size
          && crc32c.equals(other.crc32c)
          && samplesCrc32c.equals(other.samplesCrc32c);
    }
  }

  LabelManifest {
    entries = Collections.unmodifiableSortedMap(new TreeMap<>(entries));
  }

  LabelManifest with(Map<String, Entry> changed) {
    SortedMap<String, Entry> next = new TreeMap<>(entries);
    next.putAll(changed);
    return new LabelManifest(set, next);
  }

  byte[] toJson() {
    ObjectNode root = JSON.createObjectNode();
    root.put("format", FORMAT)
        .put("teacher", set.teacherName())
        .put("teacher_sha256", set.teacherSha256())
        .put("view_id", set.viewId())
        .put("view", set.viewJson())
        .put("classes", set.classes())
        .put("encoding", set.encoding().text());
    set.encoding().parameters().forEach(root::put);
    root.putPOJO("shards", List.copyOf(entries.values()));
    try {
      return JSON.writeValueAsBytes(root);
    } catch (IOException e) {
      throw new IllegalStateException("a manifest has no JSON form", e);
    }
  }

  /**
   * Reads a manifest.
   *
   * @param where its location, for messages
   * @throws DamagedLabelFileException if it is none
   * @throws TaustreamException if it is of another format
   */
  static LabelManifest fromJson(byte[] json, String where) {
    try {
      JsonNode root = JSON.readTree(json);
      if (root.path("format").asInt() != FORMAT) {
        if (root.path("format").isInt()) {
          throw new TaustreamException(
              "%s has format %d; this version of Taustream reads format %d: use a newer one"
                  .formatted(where, root.path("format").asInt(), FORMAT));
        }
        throw new DamagedLabelFileException("%s is no manifest".formatted(where));
      }
      LabelSet set =
          new LabelSet(
              root.path("teacher").asText(),
              root.path("teacher_sha256").asText(),
              root.path("view_id").asText(),
              root.path("view").asText(),
              root.path("classes").asInt(),
              LabelEncoding.of(
                  root.path("encoding").asText(), parameter -> root.path(parameter).asText()));
      SortedMap<String, Entry> entries = new TreeMap<>();
      for (JsonNode shard : root.path("shards")) {
        Entry entry = JSON.treeToValue(shard, Entry.class);
        if (entry.isWhole()) {
          entries.put(entry.shard(), entry);
        }
      }
      return new LabelManifest(set, entries);
    } catch (DamagedLabelFileException e) {
      throw e;
    } catch (TaustreamException e) {
      // Perhaps of a later version: never taken for damage, which an update would write over.
      throw new TaustreamException(
          "%s: %s; remove it if it is damaged: it is rebuilt".formatted(where, e.getMessage()), e);
    } catch (NumberFormatException e) {
      throw new DamagedLabelFileException(
          "%s is no manifest: %s".formatted(where, e.getMessage()), e);
    } catch (IOException e) {
      throw new DamagedLabelFileException("%s is no manifest: %s".formatted(where, reason(e)), e);
    }
  }

  private static String reason(IOException e) {
    return e instanceof JacksonException json ? json.getOriginalMessage() : e.getMessage();
  }
}
