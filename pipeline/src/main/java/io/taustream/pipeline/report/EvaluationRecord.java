package io.taustream.pipeline.report;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Objects;

/**
 * How good a student, or its teacher, is on the test data: kind {@code evaluation}. Of several
 * lines with one role the last one counts.
 *
 * @param step optimiser steps that the student had done
 * @param role whose numbers these are
 * @param model its name, such as {@code resnet20}; with several teachers, their names joined by
 *     {@code +}
 * @param samples how many samples were evaluated
 * @param top1 share of samples whose label has the largest logit, from 0 to 1
 * @param top5 share of samples whose label is among the five largest
 * @param nll mean negative log-likelihood of the label, in nats
 * @param ece expected calibration error, from 0 to 1
 * @param agreement share of samples where the student's first class is the teacher's; NaN without a
 *     teacher and for the teacher itself
 * @param kendallTauB mean Kendall τ-b of the student's with the teacher's logits, from −1 to 1; NaN
 *     likewise
 * @param confusion how many samples of class i (row) were taken for class j (column); empty where
 *     it was not counted
 */
public record EvaluationRecord(
    long step,
    Role role,
    String model,
    long samples,
    double top1,
    double top5,
    double nll,
    double ece,
    double agreement,
    double kendallTauB,
    List<List<Integer>> confusion)
    implements MetricRecord {

  /** Whose evaluation it is. */
  public enum Role {
    @JsonProperty("student")
    STUDENT,
    @JsonProperty("teacher")
    TEACHER
  }

  public EvaluationRecord {
    Objects.requireNonNull(role, "role");
    Objects.requireNonNull(model, "model");
    confusion = confusion == null ? List.of() : confusion.stream().map(List::copyOf).toList();
    int classes = confusion.size();
    if (confusion.stream().anyMatch(row -> row.size() != classes)) {
      throw new IllegalArgumentException("the confusion matrix is not square");
    }
  }
}
