package io.taustream.pipeline.report;

/**
 * One finished epoch: kind {@code epoch}.
 *
 * @param step optimiser steps done at its end
 * @param epoch its number, from 0
 * @param seconds how long it took, without evaluation
 * @param images images trained on
 * @param loss the mean of the total training loss
 * @param testTop1 top-1 over the test data after the epoch; NaN where it was not evaluated
 * @param testNll likewise the mean negative log-likelihood
 */
public record EpochRecord(
    long step, int epoch, double seconds, long images, double loss, double testTop1, double testNll)
    implements MetricRecord {}
