package io.taustream.pipeline.report;

import java.util.Objects;

/**
 * What one stage of the graph did in the interval since its line before: kind {@code stage}.
 *
 * @param step optimiser steps done; 0 while only labelling
 * @param seconds running time of the run at the interval's end, over all its starts; without the
 *     time that it lay stopped
 * @param stage the stage's name, such as {@code decode}, {@code teacher} or {@code student}
 * @param imagesPerSecond images through the stage in the interval, by wall clock
 * @param busyShare the share of the interval that the stage worked in, from 0 to 1 (the mean over
 *     its threads): the stage nearest to 1 is the one that the others wait for
 */
public record StageRecord(
    long step, double seconds, String stage, double imagesPerSecond, double busyShare)
    implements MetricRecord {
  public StageRecord {
    Objects.requireNonNull(stage, "stage");
  }
}
