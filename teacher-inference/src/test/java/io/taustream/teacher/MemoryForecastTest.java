package io.taustream.teacher;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class MemoryForecastTest {
  private static final long MIB = 1 << 20;

  private final FakeGauge gauge = new FakeGauge();

  /** A process whose memory is set by hand. */
  static final class FakeGauge implements MemoryGauge {
    OptionalLong resident = OptionalLong.of(100 * MIB);
    OptionalLong available = OptionalLong.of(1000 * MIB);

    /** Where it is set, what is resident instead. */
    Supplier<OptionalLong> rows;

    @Override
    public OptionalLong resident() {
      return rows == null ? resident : rows.get();
    }

    @Override
    public OptionalLong available() {
      return available;
    }
  }

  @Test
  void extrapolatesInAStraightLineToHalfOfWhatIsAvailable() {
    MemoryForecast forecast = new MemoryForecast(gauge);
    gauge.resident = OptionalLong.of(110 * MIB);
    forecast.ran(1);
    assertThat(forecast.refusal(50)).isEmpty();
    assertThat(forecast.refusal(51))
        .contains("it would need about 510 MiB, and 1000 MiB are available");
  }

  @Test
  void isTheCloserTheMoreRowsItRestsOn() {
    MemoryForecast forecast = new MemoryForecast(gauge);
    gauge.resident = OptionalLong.of(110 * MIB);
    forecast.ran(1);
    gauge.resident = OptionalLong.of(120 * MIB);
    forecast.ran(10);
    assertThat(forecast.refusal(250)).isEmpty();
    assertThat(forecast.refusal(251)).isPresent();
  }

  @Test
  void takesTheMostThatTheProcessHasGrown() {
    MemoryForecast forecast = new MemoryForecast(gauge);
    gauge.resident = OptionalLong.of(200 * MIB);
    forecast.ran(1);
    gauge.resident = OptionalLong.of(90 * MIB);
    forecast.ran(2);
    assertThat(forecast.refusal(10)).isEmpty();
    assertThat(forecast.refusal(11)).isPresent();
  }

  @Test
  void followsWhatIsAvailableNow() {
    MemoryForecast forecast = new MemoryForecast(gauge);
    gauge.resident = OptionalLong.of(110 * MIB);
    forecast.ran(1);
    gauge.available = OptionalLong.of(99 * MIB);
    assertThat(forecast.refusal(4)).isEmpty();
    assertThat(forecast.refusal(5)).isPresent();
  }

  @Test
  void refusesNothingWhereTheSystemTellsNothing() {
    gauge.resident = OptionalLong.empty();
    MemoryForecast blind = new MemoryForecast(gauge);
    blind.ran(1);
    assertThat(blind.refusal(1 << 30)).isEmpty();
    gauge.resident = OptionalLong.of(100 * MIB);
    gauge.available = OptionalLong.empty();
    MemoryForecast half = new MemoryForecast(gauge);
    gauge.resident = OptionalLong.of(900 * MIB);
    half.ran(1);
    assertThat(half.refusal(1 << 30)).isEmpty();
  }
}
