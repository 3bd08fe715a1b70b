package io.taustream.pipeline.report;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/**
 * One line of {@code metrics.jsonl}. Each line is a JSON object; its {@code kind} says which of
 * these records it holds, and the other fields carry the record's component names in snake case
 * ({@code images_per_second}). A number that is not known or not finite is {@code null} in the file
 * and NaN in the record.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
  @JsonSubTypes.Type(value = StepRecord.class, name = "step"),
  @JsonSubTypes.Type(value = EpochRecord.class, name = "epoch"),
  @JsonSubTypes.Type(value = StageRecord.class, name = "stage"),
  @JsonSubTypes.Type(value = EvaluationRecord.class, name = "evaluation"),
  @JsonSubTypes.Type(value = GradientRecord.class, name = "gradient"),
  @JsonSubTypes.Type(value = DriftRecord.class, name = "drift")
})
public sealed interface MetricRecord
    permits StepRecord, EpochRecord, StageRecord, EvaluationRecord, GradientRecord, DriftRecord {

  /**
   * How many optimiser steps the run had done when the line was written, over all epochs. A run
   * that resumes from the checkpoint of step {@code s} drops the lines whose step is above {@code
   * s}.
   */
  long step();
}
