package io.taustream.pipeline.config;

import java.util.OptionalInt;

/**
 * Section {@code train}: how the student is trained.
 *
 * @param epochs how often the training data is gone through, from 1
 * @param batch samples a step (default 128)
 * @param optimizer default SGD
 * @param schedule of the learning rate; default cosine
 * @param checkpointEvery steps between checkpoints, beside the one after each epoch; empty (the
 *     default): none beside it
 * @param evaluateEvery epochs between evaluations on the test data (default 1); the last epoch is
 *     always evaluated
 * @param keepCheckpoints how many checkpoints are kept, the newest first (default 2)
 */
public record TrainConfig(
    int epochs,
    int batch,
    OptimizerConfig optimizer,
    ScheduleConfig schedule,
    OptionalInt checkpointEvery,
    int evaluateEvery,
    int keepCheckpoints) {
  static final int DEFAULT_BATCH = 128;
  static final int DEFAULT_EVALUATE_EVERY = 1;
  static final int DEFAULT_KEEP_CHECKPOINTS = 2;

  private static final int LARGEST_BATCH = 65_536;

  public TrainConfig {
    Rules.atLeast("epochs", epochs, 1);
    Rules.between("batch", batch, 1, LARGEST_BATCH);
    if (schedule.warmupEpochs() >= epochs) {
      throw new InvalidValueException(
          "schedule.warmup-epochs",
          Rules.text(schedule.warmupEpochs()),
          "a number below train.epochs (" + epochs + ")");
    }
    if (checkpointEvery.isPresent()) {
      Rules.atLeast("checkpoint-every", checkpointEvery.getAsInt(), 1);
    }
    Rules.atLeast("evaluate-every", evaluateEvery, 1);
    Rules.atLeast("keep-checkpoints", keepCheckpoints, 1);
  }
}
