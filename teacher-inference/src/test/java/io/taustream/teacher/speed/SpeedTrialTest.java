package io.taustream.teacher.speed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.taustream.ingest.batch.ImageBatch;
import io.taustream.storage.TaustreamException;
import io.taustream.teacher.BatchLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SpeedTrialTest {
  private static final Duration LONG = Duration.ofHours(1);

  private final BufferAllocator allocator = new RootAllocator(1 << 20);
  private final List<Integer> batches = new ArrayList<>();
  private long now;

  @AfterEach
  void nothingLeaks() {
    allocator.close();
  }

  @Test
  void namesTheSmallestBatchThatIsNearlyAsFastAsTheFastest() {
    // 10 ms a run and 1 ms an image.
    SpeedTrial.Speed speed = trial(0, this::slowStart).measure(LONG);

    assertThat(speed.readings())
        .extracting(SpeedTrial.Reading::batch)
        .containsExactly(1, 2, 4, 8, 16, 32, 64, 128, 256);
    assertThat(speed.readings().get(0).imagesPerSecond()).isCloseTo(1000 / 11.0, within(1e-6));
    assertThat(speed.best().orElseThrow().batch()).isEqualTo(128);
    assertThat(speed.end()).isEmpty();
  }

  @Test
  void namesASmallerBatchWhereALargerGainsNothing() {
    SpeedTrial.Speed speed = trial(0, images -> now += 1_000_000L * images.size()).measure(LONG);
    assertThat(speed.best().orElseThrow().batch()).isOne();
  }

  @Test
  void warmsUpEachSizeAndTakesTheMedian() {
    SpeedTrial.Speed speed =
        trial(0, images -> now += batches.size() % 6 < 2 ? 1_000_000_000L : 1_000_000L)
            .measure(LONG);
    // Of six runs with 1 image the first warms up, one more is slow.
    assertThat(batches.subList(0, 7)).containsExactly(1, 1, 1, 1, 1, 1, 2);
    assertThat(speed.readings().get(0).imagesPerSecond()).isCloseTo(1000, within(1e-6));
  }

  @Test
  void endsWhenTwoSizesInARowGainNothingWhereAskedTo() {
    // 10 ms a run up to 4 images, and 2.5 ms an image from there on.
    SpeedTrial.Speed speed =
        trial(0, images -> now += 2_500_000L * Math.max(4, images.size()))
            .measureWhileItGains(LONG, 4096);
    assertThat(speed.readings())
        .extracting(SpeedTrial.Reading::batch)
        .containsExactly(1, 2, 4, 8, 16);
    assertThat(speed.best().orElseThrow().batch()).isEqualTo(4);
    assertThat(speed.end()).hasValue("larger batches gained less than 5 %");
  }

  @Test
  void goesOnAfterOneSizeThatGainsNothing() {
    SpeedTrial.Speed speed =
        trial(0, images -> now += images.size() == 2 ? 20_000_000L : 10_000_000L)
            .measureWhileItGains(LONG, 64);
    assertThat(speed.readings()).hasSize(7);
    assertThat(speed.best().orElseThrow().batch()).isEqualTo(64);
    assertThat(speed.end()).isEmpty();
  }

  @Test
  void goesInMultiplesOfAFixedBatch() {
    SpeedTrial.Speed speed = trial(48, this::slowStart).measure(LONG);
    assertThat(speed.readings()).extracting(SpeedTrial.Reading::batch).containsExactly(48, 96, 192);
  }

  @Test
  void measuresAFixedBatchThatIsLargerThanAnyOther() {
    SpeedTrial.Speed speed = trial(300, this::slowStart).measure(LONG);
    assertThat(speed.readings()).extracting(SpeedTrial.Reading::batch).containsExactly(300);
  }

  @Test
  void endsWhenItsTimeIsOverButMeasuresTheSmallest() {
    SpeedTrial.Speed speed = trial(0, this::slowStart).measure(Duration.ZERO);
    assertThat(speed.readings()).extracting(SpeedTrial.Reading::batch).containsExactly(1);
    assertThat(speed.end()).hasValue("the time is over");
  }

  @Test
  void endsAtTheFirstBatchThatFails() {
    SpeedTrial.Speed speed =
        trial(
                0,
                images -> {
                  if (images.size() > 4) {
                    throw new TaustreamException("no memory on the device");
                  }
                  slowStart(images);
                })
            .measure(LONG);
    assertThat(speed.readings()).extracting(SpeedTrial.Reading::batch).containsExactly(1, 2, 4);
    assertThat(speed.end()).hasValue("a batch of 8 failed: no memory on the device");
  }

  @Test
  void endsWhereThePixelsDoNotFit() {
    SpeedTrial trial = new SpeedTrial(this::slowStart, BatchLimits.NONE, 128, allocator, () -> now);
    SpeedTrial.Speed speed = trial.measure(LONG);
    assertThat(speed.readings()).hasSize(5);
    assertThat(speed.end().orElseThrow()).startsWith("a batch of 32 failed: ");
  }

  private void slowStart(ImageBatch images) {
    now += 10_000_000L + 1_000_000L * images.size();
  }

  private SpeedTrial trial(int fixedBatch, Consumer<ImageBatch> model) {
    return new SpeedTrial(
        images -> {
          batches.add(images.size());
          model.accept(images);
        },
        new BatchLimits(Math.max(1, fixedBatch), Integer.MAX_VALUE),
        4,
        allocator,
        () -> now);
  }
}
