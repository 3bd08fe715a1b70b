package io.taustream.student.train;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import io.taustream.storage.TaustreamException;
import io.taustream.student.loss.CrossEntropy;
import io.taustream.student.loss.WeightedLoss;
import io.taustream.student.model.PixelNormalisation;
import io.taustream.student.model.Student;
import io.taustream.student.model.StudentModels;
import io.taustream.student.optimizer.Sgd;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

class TrainStageTest {
  private static final int CLASSES = 3;
  private static final int SIZE = 8;

  private final RootAllocator root = new RootAllocator();
  private final TestBatches batches = new TestBatches(root, SIZE, CLASSES);
  private final Scheduler scheduler = Schedulers.newSingle("training");

  @AfterEach
  void closeAll() {
    scheduler.disposeGracefully().block(Duration.ofSeconds(10));
    root.close();
  }

  @Test
  void trainsInOrderWithTheRateOfTheSamplesBefore() {
    try (Student student =
            StudentModels.create(
                "resnet8", CLASSES, SIZE, PixelNormalisation.IMAGENET, 1, Device.cpu());
        Sgd sgd = new Sgd(student, new Sgd.Settings(0.9, 0, false))) {
      StudentTrainer trainer =
          new StudentTrainer(
              student,
              new WeightedLoss(List.of(new WeightedLoss.Term(new CrossEntropy(), 1))),
              sgd,
              new TorchThreads(1),
              40);
      TrainStage stage = new TrainStage(trainer, scheduler);

      List<Long> after = new CopyOnWriteArrayList<>();
      List<StepResult> results =
          stage
              .apply(
                  Flux.range(0, 4).map(i -> batches.batch(4, i, 4L * (i + 1))),
                  samples -> new StepTime(0, 0.01 * samples),
                  result -> after.add(result.through()))
              .collectList()
              .block(Duration.ofSeconds(30));

      assertThat(after).containsExactly(4L, 8L, 12L, 16L);

      assertThat(results).extracting(StepResult::step).containsExactly(41L, 42L, 43L, 44L);
      assertThat(results)
          .extracting(StepResult::learningRate)
          .containsExactly(0.0, 0.04, 0.08, 0.12);
    }
    assertThat(root.getAllocatedMemory()).isZero();
  }

  @Test
  void asksForOneBatchAhead() throws Exception {
    AtomicLong requested = new AtomicLong();
    CountDownLatch working = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    Flux<TrainingBatch> source =
        Flux.range(0, 5).map(i -> batches.batch(2, i)).doOnRequest(requested::addAndGet);
    StepVerifier.create(
            new SerialStage(scheduler)
                .apply(
                    source,
                    batch -> {
                      working.countDown();
                      await(release);
                      return batch.size();
                    }))
        .then(
            () -> {
              await(working);
              assertThat(requested).hasValue(2);
              release.countDown();
            })
        .expectNext(2, 2, 2, 2, 2)
        .verifyComplete();
    assertThat(root.getAllocatedMemory()).isZero();
  }

  @Test
  void closesEveryBatchWhereWorkFails() {
    StepVerifier.create(
            new SerialStage(scheduler)
                .apply(
                    Flux.range(0, 5).map(i -> batches.batch(2, i)),
                    batch -> {
                      if (batch.rows().get(0).viewSeed() == 2) {
                        throw new TaustreamException("no");
                      }
                      return batch.size();
                    }))
        .expectNext(2, 2)
        .verifyErrorMessage("no");
    assertThat(root.getAllocatedMemory()).isZero();
  }

  @Test
  void endsTheStepThatHasBegunAndClosesTheRestWhenCancelled() throws Exception {
    CountDownLatch working = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch ended = new CountDownLatch(1);
    AtomicLong memoryAtEnd = new AtomicLong();
    Disposable running =
        new SerialStage(scheduler)
            .apply(
                Flux.range(0, 5).map(i -> batches.batch(2, i)),
                batch -> {
                  working.countDown();
                  awaitUninterruptibly(release);
                  memoryAtEnd.set(root.getAllocatedMemory());
                  ended.countDown();
                  return batch.images().pixels().get(0);
                })
            .subscribe();
    await(working);

    running.dispose();
    release.countDown();
    await(ended);
    scheduler.disposeGracefully().block(Duration.ofSeconds(10));

    assertThat(memoryAtEnd).hasPositiveValue();
    assertThat(root.getAllocatedMemory()).isZero();
  }

  @Test
  void closesABatchWhoseTurnNeverCame() throws Exception {
    CountDownLatch blocking = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    scheduler.schedule(
        () -> {
          blocking.countDown();
          awaitUninterruptibly(release);
        });
    await(blocking);
    Disposable waiting =
        new SerialStage(scheduler)
            .apply(Flux.range(0, 3).map(i -> batches.batch(2, i)), TrainingBatch::size)
            .subscribe();
    assertThat(root.getAllocatedMemory()).isPositive();

    waiting.dispose();

    assertThat(root.getAllocatedMemory()).isZero();
    release.countDown();
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    boolean open = false;
    while (!open) {
      try {
        open = latch.await(10, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        // A native step takes no notice of its cancellation either.
        open = latch.getCount() == 0;
      }
    }
  }
}
