package io.taustream.ingest.share;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.taustream.ingest.format.MemberName;
import io.taustream.ingest.format.TarReading;
import io.taustream.storage.TaustreamException;
import io.taustream.storage.label.LabelColumn;
import io.taustream.storage.label.LabelFile;
import io.taustream.storage.label.LabelSet;
import io.taustream.storage.object.ObjectInfo;
import io.taustream.storage.object.ObjectStore;
import io.taustream.storage.share.ShareElement;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * Writes a data shard, a tar, once more with its labels. The file is a tar (POSIX.1-2001, not
 * gzipped) of plain files without times or owners:
 *
 * <ul>
 *   <li>{@code __taustream__/labels.json}: a JSON object, UTF-8, the schema metadata of the label
 *       file ({@link io.taustream.storage.label.LabelFileWriter}), text throughout. The webdataset
 *       library passes over names that begin so
 *   <li>then the shard's files in its order, their content as it is, and behind the last file of
 *       each sample that has labels, with the sample's key and the V views of the label file:
 *       <ul>
 *         <li>{@code KEY.view_seed.npy}: int64 [V], the seed of each view
 *         <li>for each column of the encoding {@code KEY.COLUMN.npy}, [V, elements] of the column's
 *             own type, so {@code KEY.logits.npy}, float16 or float32 [V, classes], of dense labels
 *       </ul>
 * </ul>
 *
 * <p>{@link NpyArray} specifies the arrays. Files of the shard that have such a name are left out:
 * they would be labels of an earlier export. Nothing is rounded. The file is a shard itself: every
 * reader of the first one reads the same samples in it. Not thread-safe.
 */
final class LabelledTarWriter {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final LabelFile labels;
  private final ObjectInfo shard;
  private final ObjectStore objects;
  private final List<LabelColumn> columns;
  private final Set<String> own = new HashSet<>();
  private final LabelWindow window;
  private TarArchiveOutputStream out;
  private String key = "";
  private String sample = "";
  private int ordinal = -1;
  private boolean due;

  LabelledTarWriter(LabelFile labels, ObjectInfo shard, ObjectStore objects) {
    LabelSet set = labels.metadata().set();
    this.labels = labels;
    this.shard = shard;
    this.objects = objects;
    this.columns = set.encoding().columns(set.classes());
    this.window = new LabelWindow(labels);
    own.add(WebDatasetShare.VIEW_SEED + WebDatasetShare.NPY);
    columns.forEach(column -> own.add(column.name() + WebDatasetShare.NPY));
  }

  /**
   * Writes all of it. Blocking; holds one file of the shard and a window of labels.
   *
   * @throws TaustreamException if the shard is not the one that was labelled, or cannot be read
   */
  void write(Path target) {
    try (TarReading in = TarReading.open(objects, shard);
        TarArchiveOutputStream tar = open(target)) {
      out = tar;
      put(WebDatasetShare.METADATA, JSON.writeValueAsBytes(labels.metadata().toMap()));
      for (Optional<String> name = in.next(); name.isPresent(); name = in.next()) {
        copy(name.get(), in);
      }
      endSample();
      tar.finish();
      if (ordinal + 1 != labels.samples() || in.crc32c() != labels.metadata().crc32c()) {
        throw anotherShard();
      }
    } catch (IOException e) {
      throw new TaustreamException(
          "cannot write %s with its labels to %s: %s; is there room?"
              .formatted(shard.uri(), target, e.getMessage()),
          e);
    }
  }

  private static TarArchiveOutputStream open(Path target) throws IOException {
    TarArchiveOutputStream tar =
        new TarArchiveOutputStream(
            new BufferedOutputStream(
                Files.newOutputStream(target, StandardOpenOption.CREATE_NEW), 1 << 16),
            "UTF-8");
    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    tar.setAddPaxHeadersForNonAsciiNames(true);
    return tar;
  }

  private void copy(String name, TarReading in) throws IOException {
    Optional<MemberName> member = MemberName.of(name);
    if (name.equals(WebDatasetShare.METADATA)
        || member.map(MemberName::extension).filter(own::contains).isPresent()) {
      return;
    }
    if (member.isPresent() && !member.get().key().equals(key)) {
      endSample();
      key = member.get().key();
    }
    if (member.filter(MemberName::isOfSample).isPresent() && !key.equals(sample)) {
      sample = key;
      ordinal++;
      due = true;
    }
    put(name, in.content());
  }

  /** All files of a key stand together: the webdataset library takes a sample to end with them. */
  private void endSample() throws IOException {
    if (!due) {
      return;
    }
    due = false;
    if (!labels.has(ordinal)) {
      return;
    }
    if (!labels.key(ordinal).equals(sample)) {
      throw anotherShard();
    }
    put(WebDatasetShare.VIEW_SEED, seeds(window.seeds(ordinal)));
    ByteBuffer[] matrices = window.labels(ordinal);
    for (int i = 0; i < matrices.length; i++) {
      LabelColumn column = columns.get(i);
      put(
          column.name(),
          new NpyArray(
              NpyArray.descr(ShareElement.of(column)),
              List.of(labels.views(), column.length()),
              matrices[i]));
    }
  }

  private static NpyArray seeds(long[] seeds) {
    ByteBuffer data = ByteBuffer.allocate(seeds.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (long seed : seeds) {
      data.putLong(seed);
    }
    return new NpyArray(NpyArray.INT64, List.of(seeds.length), data.flip());
  }

  private void put(String what, NpyArray array) throws IOException {
    put(sample + "." + what + WebDatasetShare.NPY, array.toBytes());
  }

  private void put(String name, byte[] content) throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name, true);
    entry.setSize(content.length);
    // Equal labels of equal shards give equal files.
    entry.setModTime(0L);
    out.putArchiveEntry(entry);
    out.write(content);
    out.closeArchiveEntry();
  }

  private TaustreamException anotherShard() {
    return new TaustreamException(
        "%s is not the shard that %s was made from; label it again"
            .formatted(shard.uri(), labels.name()));
  }
}
