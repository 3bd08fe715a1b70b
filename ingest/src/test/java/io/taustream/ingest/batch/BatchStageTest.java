package io.taustream.ingest.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.taustream.ingest.decode.ImageDecoder;
import io.taustream.ingest.format.Payload;
import io.taustream.ingest.format.Sample;
import io.taustream.ingest.view.ViewSpec;
import io.taustream.storage.TaustreamException;
import io.taustream.storage.object.ObjectUri;
import io.taustream.storage.sample.SampleView;
import io.taustream.storage.sample.Shard;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

class BatchStageTest {
  private static final Shard SHARD =
      new Shard("a.tar", new ObjectUri("file", "", "/a.tar"), 1, "1");
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final RootAllocator root = new RootAllocator();
  private final BatchPool pool = new BatchPool(root, 1 << 20);
  private final Scheduler scheduler = Schedulers.newBoundedElastic(2, 1_000, "decode");
  private final List<String> reasons = new ArrayList<>();
  private double mostShare = 0.5;

  @AfterEach
  void leaksNothing() {
    scheduler.disposeGracefully().block(PATIENCE);
    pool.close();
    root.close();
  }

  private BatchStage stage(List<Integer> views, int batch, int parallelism, long start) {
    ViewSpec view = new ViewSpec("pad-crop-flip", 4, 7, 3);
    return new BatchStage(
        new BatchStage.Settings(view, views, batch, parallelism, start),
        new ImageDecoder(),
        pool,
        new SkippedSamples(mostShare, (sample, reason) -> reasons.add(sample.key() + " " + reason)),
        scheduler,
        (images, nanos) -> {});
  }

  private static Sample sample(int ordinal) {
    byte[] rgb = new byte[4 * 4 * 3];
    Arrays.fill(rgb, (byte) (ordinal + 1));
    return new Sample(SHARD, ordinal, "s" + ordinal, 0, new Payload.Pixels(4, 4, rgb));
  }

  private static Sample text(int ordinal) {
    byte[] bytes = "no image".getBytes(StandardCharsets.UTF_8);
    return new Sample(SHARD, ordinal, "s" + ordinal, 0, new Payload.Encoded(bytes));
  }

  private static Flux<Sample> samples(int count) {
    return Flux.range(0, count).map(BatchStageTest::sample);
  }

  @Test
  void givesOneBatchAViewInTheOrderOfTheSamples() {
    List<String> seen = new ArrayList<>();
    stage(List.of(0, 2), 3, 4, 0)
        .batches(samples(100))
        .doOnNext(
            batch -> {
              try (batch) {
                for (SampleView row : batch.rows()) {
                  seen.add(row.ordinal() + "/" + row.view());
                }
              }
            })
        .blockLast(PATIENCE);

    List<String> expected = new ArrayList<>();
    for (int first = 0; first < 100; first += 3) {
      for (int view : new int[] {0, 2}) {
        for (int ordinal = first; ordinal < Math.min(100, first + 3); ordinal++) {
          expected.add(ordinal + "/" + view);
        }
      }
    }
    assertThat(seen).isEqualTo(expected);
  }

  @Test
  void tellsHowManySamplesWereTakenCountingTheUndecodable() {
    Flux<Sample> samples =
        Flux.concat(samples(3), Flux.just(text(3)), Flux.range(4, 3).map(BatchStageTest::sample));

    StepVerifier.create(
            stage(List.of(0), 4, 2, 10)
                .batches(samples)
                .map(
                    batch -> {
                      try (batch) {
                        return batch.size() + " through " + batch.through();
                      }
                    }))
        .expectNext("3 through 14", "3 through 17")
        .expectComplete()
        .verify(PATIENCE);
    assertThat(reasons).singleElement().asString().startsWith("s3 it is neither JPEG nor PNG");
  }

  @Test
  void failsAtTheEndWhereTooManySamplesWereSkipped() {
    mostShare = 0.1;

    StepVerifier.create(
            stage(List.of(0), 4, 2, 0)
                .batches(Flux.concat(samples(3), Flux.just(text(3))))
                .doOnNext(ImageBatch::close))
        .expectNextCount(1)
        .expectErrorSatisfies(
            e ->
                assertThat(e)
                    .isInstanceOf(TaustreamException.class)
                    .hasMessageContaining("1 of 4 samples")
                    .hasMessageContaining("data.max-skipped")
                    .hasMessageContaining("'s3' of a.tar"))
        .verify(PATIENCE);
  }

  @Test
  void asksForNoMoreThanTheChunksInFlight() {
    AtomicLong requested = new AtomicLong();
    StepVerifier.create(
            stage(List.of(0), 5, 3, 0).batches(samples(1_000).doOnRequest(requested::addAndGet)), 0)
        .thenRequest(2)
        .consumeNextWith(ImageBatch::close)
        .consumeNextWith(ImageBatch::close)
        .then(() -> assertThat(requested.get()).isLessThanOrEqualTo(5 * (3 + 2)))
        .thenCancel()
        .verify(PATIENCE);
  }

  @Test
  void closesWhatNobodyReceivesAfterACancellation() {
    for (int taken : IntStream.range(0, 20).toArray()) {
      stage(List.of(0, 1, 2), 2, 3, 0)
          .batches(samples(200))
          .take(taken)
          .doOnNext(ImageBatch::close)
          .blockLast(PATIENCE);
    }
    // leaksNothing() is the assertion; the decoding that was under way ends before it.
    assertThat(pool.allocator().getLimit()).isEqualTo(1 << 20);
  }

  @Test
  void closesWhatNobodyReceivesWheneverACancelFalls() {
    for (int round = 0; round < 200; round++) {
      AtomicLong received = new AtomicLong();
      Disposable flow =
          stage(List.of(0, 1, 2), 2, 3, 0)
              .batches(samples(10_000))
              .doOnDiscard(ImageBatch.class, ImageBatch::close)
              .subscribe(
                  batch -> {
                    batch.close();
                    received.incrementAndGet();
                  });
      while (received.get() < round) {
        Thread.onSpinWait();
      }
      flow.dispose();
    }
    // leaksNothing() is the assertion here too.
    assertThat(reasons).isEmpty();
  }

  @Test
  void closesWhatNobodyReceivesAfterAnError() {
    Flux<Sample> failing =
        samples(50).concatWith(Flux.error(new TaustreamException("the source broke")));

    StepVerifier.create(
            stage(List.of(0, 1, 2), 2, 3, 0).batches(failing).doOnNext(ImageBatch::close))
        .thenConsumeWhile(batch -> true)
        .expectErrorMessage("the source broke")
        .verify(PATIENCE);
  }

  @Test
  void namesTheBudgetWhereABatchDoesNotFit() {
    StepVerifier.create(stage(List.of(0), 40_000, 1, 0).batches(samples(40_000)))
        .expectErrorSatisfies(e -> assertThat(e).hasMessageContaining("memory.batches"))
        .verify(PATIENCE);
  }

  @Test
  void countsBatchesAsLargeAsTheAllocatorMakesThem() {
    // 33,000 bytes take 65,536 of the 1,048,576.
    assertThat(pool.capacity(33_000)).isEqualTo(16);
  }

  @Test
  void reusesTheMemoryOfClosedBatches() {
    stage(List.of(0), 10, 1, 0)
        .batches(samples(10_000))
        .doOnNext(ImageBatch::close)
        .blockLast(PATIENCE);

    assertThat(pool.allocator().getPeakMemoryAllocation()).isLessThan(10 * 512L);
  }

  @Test
  void keepsPixelsUntilTheLastOwnerCloses() {
    ImageBatch batch = stage(List.of(0), 1, 1, 0).batches(samples(1)).blockLast(PATIENCE);
    ImageBatch second = batch.retain();
    batch.close();

    assertThat(second.pixels().remaining()).isEqualTo(48);
    second.close();
  }
}
