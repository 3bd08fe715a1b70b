package io.taustream.ingest.share;

import io.taustream.storage.TaustreamException;
import io.taustream.storage.label.LabelFile;
import io.taustream.storage.object.ObjectInfo;
import io.taustream.storage.object.ObjectStore;
import io.taustream.storage.share.ShareReader;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A form in which labels are shared: one file for each label file. To add one: a record beside
 * {@link ParquetShare} and a place in {@link #ALL}. Immutable; thread-safe.
 */
public sealed interface ShareFormat permits ParquetShare, WebDatasetShare {
  /** Every form. */
  List<ShareFormat> ALL = List.of(new ParquetShare(), new WebDatasetShare());

  /** What the command line calls it. */
  String name();

  /** Whether a file of this name is taken for one of this form. */
  boolean claims(String fileName);

  /** What the file for a shard of this name is called. */
  String fileName(String shardName);

  /**
   * Fails where labels of this shard cannot be written in this form.
   *
   * @throws TaustreamException naming another form
   */
  void requireWritable(String shardName);

  /**
   * Writes all of a label file. Blocking.
   *
   * @param shard that the labels are of
   * @param objects where the shard lies; stays the caller's
   * @param target a local file that is not there
   */
  void write(LabelFile labels, ObjectInfo shard, ObjectStore objects, Path target);

  /**
   * Opens a file to import it. Blocking.
   *
   * @param objects where it lies; stays the caller's and open as long as the reader is
   * @param scratch a local file that is not there; the form may put a copy there
   */
  ShareReader open(ObjectInfo file, ObjectStore objects, Path scratch);

  /**
   * The form of this name.
   *
   * @throws TaustreamException if there is none
   */
  static ShareFormat of(String name) {
    return ALL.stream()
        .filter(format -> format.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new TaustreamException(
                    "labels are not shared as '%s'; use one of %s"
                        .formatted(
                            name,
                            ALL.stream()
                                .map(ShareFormat::name)
                                .collect(Collectors.joining(", ")))));
  }

  /** The form of a file of this name; empty where it is of none. */
  static Optional<ShareFormat> ofFile(String fileName) {
    return ALL.stream().filter(format -> format.claims(fileName)).findFirst();
  }
}
