package io.taustream.storage.label;

/** Whether a shard has labels of the store's set. */
public sealed interface LabelStatus {
  /**
   * It has, made from this version of the shard, of all views that are asked for.
   *
   * @param views of each sample, at least as many as the store was opened for
   * @param rows of the label file
   * @param bytes of the label file
   * @param crc32c of the shard's bytes as they were labelled
   * @param skipped samples of the shard that have no rows, since they could not be decoded
   */
  record Complete(int views, long rows, long bytes, long crc32c, int skipped)
      implements LabelStatus {}

  /**
   * It has, made from this version of the shard, but of fewer views than are asked for: labelling
   * adds the others.
   *
   * @param views of each sample, from 0 on
   * @param wanted how many are asked for
   */
  record Partial(int views, int wanted) implements LabelStatus {}

  /**
   * It has, made from as many bytes in another version, or in one that is not known: a copy of the
   * shard has another version, and a shard that was changed has too. Whoever can read the shard
   * compares and says so with {@link SoftLabelStore#confirm}.
   *
   * @param why in words
   */
  record Unproven(String why) implements LabelStatus {}

  /** It has none. */
  record Missing() implements LabelStatus {}

  /**
   * It has, but made from other bytes or in a damaged file: labelling writes over them.
   *
   * @param why in words
   */
  record Stale(String why) implements LabelStatus {}

  /** What was found, in a few words. */
  default String found() {
    if (this instanceof Complete complete) {
      return "labels of %d views".formatted(complete.views());
    }
    if (this instanceof Partial partial) {
      return "labels of only %d of %d views".formatted(partial.views(), partial.wanted());
    }
    if (this instanceof Unproven unproven) {
      return "labels that may be stale (%s)".formatted(unproven.why());
    }
    return this instanceof Stale stale ? "stale labels (%s)".formatted(stale.why()) : "no labels";
  }
}
