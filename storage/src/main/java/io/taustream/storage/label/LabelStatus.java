package io.taustream.storage.label;

/** Whether a shard has labels of the store's set. */
public sealed interface LabelStatus {
  /**
   * It has, made from this version of the shard.
   *
   * @param rows of the label file
   * @param bytes of the label file
   * @param crc32c of the shard's bytes as they were labelled
   * @param skipped samples of the shard that have no rows, since they could not be decoded
   */
  record Complete(long rows, long bytes, long crc32c, int skipped) implements LabelStatus {}

  /** It has none. */
  record Missing() implements LabelStatus {}

  /**
   * It has, but made from other bytes or in a damaged file: labelling writes over them.
   *
   * @param why in words
   */
  record Stale(String why) implements LabelStatus {}
}
