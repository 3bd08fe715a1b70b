package io.taustream.pipeline.graph;

import io.taustream.ingest.format.Dataset;
import io.taustream.ingest.format.Sample;
import reactor.core.publisher.Flux;

/**
 * Some samples of a data set that show all of its classes alike: the first of each, in the order of
 * the shards, as many of one class as of another. Data that lie sorted by class give the same mix
 * as data that lie shuffled.
 */
final class LabelledSamples {
  private final Dataset dataset;
  private final int classes;
  private final int each;

  /**
   * @param samples how many, at least 1; rounded up to a multiple of the classes. Where the data
   *     have fewer of a class, there are fewer
   */
  LabelledSamples(Dataset dataset, int classes, int samples) {
    this.dataset = dataset;
    this.classes = classes;
    this.each = (int) (((long) samples + classes - 1) / classes);
  }

  /**
   * The samples. Cold; shards are read until there are enough of every class, one after the other.
   */
  Flux<Sample> samples() {
    return Flux.defer(
        () -> {
          int[] taken = new int[classes];
          int[] full = new int[1];
          return Flux.fromIterable(dataset.shards())
              .concatMap(shard -> dataset.read(shard).samples(), 1)
              .filter(sample -> sample.label() >= 0 && taken[sample.label()] < each)
              .doOnNext(sample -> full[0] += ++taken[sample.label()] == each ? 1 : 0)
              .takeUntil(sample -> full[0] == classes);
        });
  }
}
