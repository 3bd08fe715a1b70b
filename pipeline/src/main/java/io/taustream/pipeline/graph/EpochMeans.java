package io.taustream.pipeline.graph;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
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

  private static final ObjectMapper JSON = new ObjectMapper();

  EpochMeans plus(StepResult step, double elapsedSeconds) {
    return new EpochMeans(
        images + step.samples(), lossSum + step.loss() * step.samples(), seconds + elapsedSeconds);
  }

  double loss() {
    return images == 0 ? Double.NaN : lossSum / images;
  }

  String toJson() {
    try {
      return JSON.writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("an epoch's means are no JSON", e);
    }
  }

  static EpochMeans fromJson(String json) {
    try {
      return JSON.readValue(json, EpochMeans.class);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a checkpoint's metrics cannot be read: " + json, e);
    }
  }
}
