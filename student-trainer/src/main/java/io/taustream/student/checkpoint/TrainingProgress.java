package io.taustream.student.checkpoint;

/**
 * Where a run stands, beside its tensors.
 *
 * @param step training steps taken
 * @param epoch the epoch in progress, from 0
 * @param position samples of that epoch already trained on
 * @param seed of the run
 * @param fingerprint of everything in the configuration that a continuation must share; made and
 *     understood by the caller alone
 * @param metrics the caller's own state as JSON, such as running means
 */
public record TrainingProgress(
    long step, int epoch, long position, long seed, String fingerprint, String metrics) {
  public TrainingProgress {
    if (step < 0 || epoch < 0 || position < 0) {
      throw new IllegalArgumentException(
          "step %d, epoch %d or position %d is below zero".formatted(step, epoch, position));
    }
  }
}
