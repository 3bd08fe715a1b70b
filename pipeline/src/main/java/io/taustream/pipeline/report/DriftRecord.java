package io.taustream.pipeline.report;

/**
 * How predictions on the test data changed since the evaluation before, beside each sample's KL
 * divergence from the teacher's soft label to the student's at temperature 4: kind {@code drift}.
 * The first evaluation of a run has no such line, nor has a run whose test data no teacher has
 * labelled. All counts are of samples with a label.
 *
 * @param step optimiser steps that the student had done
 * @param epoch the epoch that it was evaluated after, from 0
 * @param samples compared
 * @param turnedWrong of these, right before and wrong now
 * @param turnedRight of these, wrong before and right now
 * @param klFell of the samples, those whose KL is smaller now
 * @param fellWasRight of those, right before
 * @param fellTurnedWrong of those, right before and wrong now
 * @param fellTurnedRight of {@code klFell}, wrong before and right now
 */
public record DriftRecord(
    long step,
    int epoch,
    long samples,
    long turnedWrong,
    long turnedRight,
    long klFell,
    long fellWasRight,
    long fellTurnedWrong,
    long fellTurnedRight)
    implements MetricRecord {

  /** Of the samples whose KL fell, the share that turned wrong; NaN where none fell. */
  double turnedWrongShare() {
    return (double) fellTurnedWrong / klFell;
  }

  /** Of the same samples, the share that turned right. */
  double turnedRightShare() {
    return (double) fellTurnedRight / klFell;
  }
}
