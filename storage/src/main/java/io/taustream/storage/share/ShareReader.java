package io.taustream.storage.share;

import io.taustream.storage.TaustreamException;
import io.taustream.storage.label.LabelColumn;
import java.util.List;
import java.util.Optional;

/** A shared file that is read once, front to back. Blocking; not thread-safe. */
public interface ShareReader extends AutoCloseable {
  /** What the file says of its labels. */
  ShareHeader header();

  /**
   * The next rows; empty at the end.
   *
   * @param columns what labels are to be given in: the same at each call
   * @throws TaustreamException if the file is damaged, lacks a column or has other values in it: it
   *     names file and row
   */
  Optional<RowBlock> next(List<LabelColumn> columns);

  @Override
  void close();
}
