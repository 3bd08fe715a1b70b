package io.taustream.pipeline.graph;

import io.taustream.student.train.StepResult;

/**
 * What an epoch's line in the metrics needs from its steps; part of a checkpoint, so that an epoch
 * that was interrupted counts whole.
 *
 * @param images trained on in this epoch
 * @param lossSum the loss, summed over these images
 * @param seconds that the epoch has taken
 */
record EpochMeans(long images, double lossSum, double seconds) {
  static final EpochMeans NONE = new EpochMeans(0, 0, 0);

  EpochMeans plus(StepResult step, double elapsedSeconds) {
    return new EpochMeans(
        images + step.samples(), lossSum + step.loss() * step.samples(), seconds + elapsedSeconds);
  }

  double loss() {
    return images == 0 ? Double.NaN : lossSum / images;
  }
}
