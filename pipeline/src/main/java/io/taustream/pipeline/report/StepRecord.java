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
 * @param terms the mean of each term's value before its weight, by its name ({@code kl}); further
 *     terms of the same name are {@code kl-2}, {@code kl-3}, …
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
