package io.taustream.teacher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryForecastTest {
  private static final long MIB = 1 << 20;

  private final FakeGauge gauge = new FakeGauge();
  @TempDir Path proc;

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

  @Test
  void readsLinuxsFigures() throws IOException {
    Files.createDirectory(proc.resolve("self"));
    Files.writeString(
        proc.resolve("self/status"), "Name:\tjava\nVmRSS:\t  500 kB\nRssAnon:\t  300 kB\n");
    Files.writeString(
        proc.resolve("meminfo"), "MemTotal:        1 kB\nMemFree: 2 kB\nMemAvailable:   7 kB\n");
    LinuxMemory memory = new LinuxMemory(proc);
    assertThat(memory.resident()).hasValue(300 << 10);
    assertThat(memory.available()).hasValue(7 << 10);
  }

  @Test
  void tellsNothingWhereThereAreNoSuchFiles() {
    LinuxMemory memory = new LinuxMemory(proc);
    assertThat(memory.resident()).isEmpty();
    assertThat(memory.available()).isEmpty();
  }
}
