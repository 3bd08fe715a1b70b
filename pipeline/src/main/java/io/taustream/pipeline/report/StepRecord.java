package io.taustream.pipeline.report;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The training loss over the steps since the line before: kind {@code step}.
 *
 * @param step optimiser steps done, from 1
 * @param epoch the epoch that the step belongs to, from 0
 * @param loss the mean of the total loss over the interval
 * @param terms the mean of each term, by its type, times its weight: the shares add up to {@code
 *     loss}. Two terms of one type are told apart by {@code #2}, {@code #3}, …
 * @param learningRate the rate that the step was taken with
 */
public record StepRecord(
    long step, int epoch, double loss, Map<String, Double> terms, double learningRate)
    implements MetricRecord {
  public StepRecord {
    // Not Map.copyOf: the terms keep the order of the configuration.
    terms = terms == null ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(terms));
  }
}
