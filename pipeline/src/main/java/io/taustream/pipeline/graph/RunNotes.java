package io.taustream.pipeline.graph;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.taustream.student.diagnose.SampleOutcomes;
import java.util.Base64;
import java.util.Objects;
import java.util.Optional;

/**
 * What a checkpoint keeps for the metrics, so that those of a resumed run are those of an
 * undisturbed one. As JSON: {@code images}, {@code lossSum} and {@code seconds} of {@link
 * EpochMeans}; {@code outcomes}, the bytes of {@link SampleOutcomes#toBytes} in base64, or null
 * before the first evaluation; and {@code testSet}, the {@link TestSet#identity} of what was
 * evaluated, empty without a test set.
 *
 * @param means of the epoch in progress
 * @param outcomes of the last evaluation, which the next one is compared with
 * @param testSet that they are outcomes of
 */
record RunNotes(EpochMeans means, Optional<SampleOutcomes> outcomes, String testSet) {
  static final RunNotes NONE = new RunNotes(EpochMeans.NONE, Optional.empty(), "");

  private static final ObjectMapper JSON = new ObjectMapper();

  private record Stored(
      long images, double lossSum, double seconds, String outcomes, String testSet) {}

  /** The outcomes, unless they are those of another test set, whose samples are others. */
  Optional<SampleOutcomes> outcomesOf(String identity) {
    return outcomes.filter(some -> testSet.equals(identity));
  }

  String toJson() {
    String bytes = outcomes.map(o -> Base64.getEncoder().encodeToString(o.toBytes())).orElse(null);
    try {
      return JSON.writeValueAsString(
          new Stored(means.images(), means.lossSum(), means.seconds(), bytes, testSet));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a run's notes are no JSON", e);
    }
  }

  /**
   * @param json of {@link #toJson}; empty for a run that has not begun
   */
  static RunNotes fromJson(String json) {
    if (json.isEmpty()) {
      return NONE;
    }
    try {
      Stored stored = JSON.readValue(json, Stored.class);
      return new RunNotes(
          new EpochMeans(stored.images(), stored.lossSum(), stored.seconds()),
          Optional.ofNullable(stored.outcomes())
              .map(bytes -> SampleOutcomes.of(Base64.getDecoder().decode(bytes))),
          Objects.requireNonNullElse(stored.testSet(), ""));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a checkpoint's metrics cannot be read", e);
    }
  }
}
