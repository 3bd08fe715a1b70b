package io.taustream.teacher;

import static org.assertj.core.api.Assertions.assertThat;

import io.taustream.ingest.batch.ImageBatch;
import io.taustream.storage.TaustreamException;
import io.taustream.storage.label.SoftLabelBatch;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

class TeacherStageTest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final BufferAllocator allocator = new RootAllocator();
  private final Scheduler scheduler = Schedulers.newSingle("teacher");
  private final CountingTeacher teacher = new CountingTeacher();
  private final TeacherStage stage = new TeacherStage(teacher, scheduler);

  @AfterEach
  void nothingLeaks() throws InterruptedException {
    CountDownLatch idle = new CountDownLatch(1);
    scheduler.schedule(idle::countDown);
    assertThat(idle.await(10, TimeUnit.SECONDS)).isTrue();
    scheduler.dispose();
    allocator.close();
  }

  @Test
  void labelsInTheOrderOfTheBatches() {
    StepVerifier.create(stage.label(batches(20)).map(TeacherStageTest::mark))
        .expectNextSequence(Flux.range(0, 20).collectList().block())
        .expectComplete()
        .verify(PATIENCE);
  }

  @Test
  void labelsOnItsScheduler() {
    StepVerifier.create(stage.label(batches(3)).doOnNext(SoftLabelBatch::close))
        .expectNextCount(3)
        .expectComplete()
        .verify(PATIENCE);
    assertThat(teacher.threads).allMatch(name -> name.startsWith("teacher")).hasSize(3);
  }

  @Test
  void labelsNothingThatWasNotRequestedAndHoldsTwoBatches() {
    AtomicLong requested = new AtomicLong();
    Flux<ImageBatch> images = batches(20).doOnRequest(requested::addAndGet);
    StepVerifier.create(stage.label(images).map(TeacherStageTest::mark), 0)
        .expectSubscription()
        .expectNoEvent(Duration.ofMillis(100))
        .then(
            () -> {
              assertThat(teacher.labelled).hasValue(0);
              assertThat(requested).hasValueLessThanOrEqualTo(2);
            })
        .thenRequest(3)
        .expectNext(0, 1, 2)
        .expectNoEvent(Duration.ofMillis(100))
        .then(
            () -> {
              assertThat(teacher.labelled).hasValue(3);
              assertThat(requested).hasValueLessThanOrEqualTo(5);
            })
        .thenCancel()
        .verify(PATIENCE);
  }

  @Test
  void requestsTheNextBatchWhileOneIsLabelled() throws InterruptedException {
    teacher.started = new CountDownLatch(1);
    teacher.release = new CountDownLatch(1);
    CountDownLatch second = new CountDownLatch(2);
    Flux<ImageBatch> images = batches(5).hide().doOnNext(batch -> second.countDown());
    StepVerifier.create(stage.label(images).map(TeacherStageTest::mark))
        .then(
            () -> {
              try {
                assertThat(teacher.started.await(10, TimeUnit.SECONDS)).isTrue();
                assertThat(second.await(10, TimeUnit.SECONDS)).isTrue();
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
              teacher.release.countDown();
            })
        .expectNextCount(5)
        .expectComplete()
        .verify(PATIENCE);
  }

  @Test
  void aTeachersFailureEndsTheFlowAndFreesWhatWaits() {
    teacher.failAt = 2;
    StepVerifier.create(stage.label(batches(20)).map(TeacherStageTest::mark))
        .expectNext(0, 1)
        .expectErrorSatisfies(
            e ->
                assertThat(e)
                    .isInstanceOf(TaustreamException.class)
                    .hasMessageContaining("teacher counting cannot label a batch of 1 images"))
        .verify(PATIENCE);
  }

  @Test
  void upstreamsFailureComesAfterTheLabelsBeforeIt() {
    Flux<ImageBatch> images = batches(2).concatWith(Flux.error(new IllegalStateException("cut")));
    StepVerifier.create(stage.label(images).map(TeacherStageTest::mark))
        .expectNext(0, 1)
        .expectErrorMessage("cut")
        .verify(PATIENCE);
  }

  @Test
  void cancellingFreesTheBatchesThatWait() {
    StepVerifier.create(stage.label(batches(20)).map(TeacherStageTest::mark), 1)
        .expectNext(0)
        .thenCancel()
        .verify(PATIENCE);
  }

  @Test
  void cancellingWhileABatchIsLabelledFreesItsLabels() throws InterruptedException {
    teacher.started = new CountDownLatch(1);
    teacher.release = new CountDownLatch(1);
    AtomicInteger received = new AtomicInteger();
    BaseSubscriber<SoftLabelBatch> subscriber =
        new BaseSubscriber<>() {
          @Override
          protected void hookOnNext(SoftLabelBatch labels) {
            received.incrementAndGet();
            labels.close();
          }
        };
    stage.label(batches(5)).subscribe(subscriber);
    assertThat(teacher.started.await(10, TimeUnit.SECONDS)).isTrue();
    subscriber.cancel();
    teacher.release.countDown();
    assertThat(teacher.finished.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(received).hasValue(0);
  }

  @Test
  void manyCancellationsAtAnyMomentLeakNothing() {
    for (int i = 0; i < 200; i++) {
      Sinks.Empty<Void> stop = Sinks.empty();
      Flux<Integer> marks =
          stage
              .label(batches(50).publishOn(Schedulers.parallel(), 1))
              .map(TeacherStageTest::mark)
              .takeUntilOther(stop.asMono());
      int stopAt = i % 7;
      StepVerifier.create(
              marks.doOnNext(
                  mark -> {
                    if (mark == stopAt) {
                      stop.tryEmitEmpty();
                    }
                  }))
          .thenConsumeWhile(mark -> true)
          .expectComplete()
          .verify(PATIENCE);
    }
  }

  /** Batches of one row; the first pixel is the batch's number. */
  private Flux<ImageBatch> batches(int count) {
    return Flux.range(0, count)
        .map(i -> TestImages.batch(allocator, 1, 1, new byte[] {i.byteValue(), 0, 0}))
        .doOnDiscard(ImageBatch.class, ImageBatch::close);
  }

  private static int mark(SoftLabelBatch labels) {
    try (labels) {
      return (int) labels.logits().get(0);
    }
  }

  /** Labels a batch with its first pixel. */
  private final class CountingTeacher implements Teacher {
    private final AtomicInteger labelled = new AtomicInteger();
    private final List<String> threads = new java.util.concurrent.CopyOnWriteArrayList<>();
    private final CountDownLatch finished = new CountDownLatch(1);
    private int failAt = -1;
    private CountDownLatch started = new CountDownLatch(0);
    private CountDownLatch release = new CountDownLatch(0);

    @Override
    public SoftLabelBatch label(ImageBatch images) {
      threads.add(Thread.currentThread().getName());
      started.countDown();
      // Like ONNX Runtime, it does not heed the interrupt of a cancellation.
      boolean interrupted = false;
      while (release.getCount() > 0) {
        try {
          assertThat(release.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
      if (labelled.getAndIncrement() == failAt) {
        throw new IllegalStateException("it fails");
      }
      ArrowBuf logits = allocator.buffer(2 * Float.BYTES);
      logits.setFloat(0, images.pixels().get(0));
      finished.countDown();
      return new SoftLabelBatch(images.rows(), 2, logits);
    }

    @Override
    public TeacherIdentity identity() {
      return new TeacherIdentity("counting", "0".repeat(64));
    }

    @Override
    public int classes() {
      return 2;
    }

    @Override
    public int imageSize() {
      return 1;
    }

    @Override
    public String device() {
      return "cpu";
    }

    @Override
    public void close() {}
  }
}
