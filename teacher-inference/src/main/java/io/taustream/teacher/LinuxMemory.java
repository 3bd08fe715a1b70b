package io.taustream.teacher;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Linux's figures: {@code RssAnon} of {@code /proc/self/status} and {@code MemAvailable} of {@code
 * /proc/meminfo}; in a container with a limit what the JDK says is left of that, if it is less. On
 * other systems nothing is told.
 */
final class LinuxMemory implements MemoryGauge {
  private static final Pattern LINE = Pattern.compile("(?m)^(\\w+):\\s+(\\d+) kB$");

  private final Path proc;

  /**
   * @param proc {@code /proc}, but for tests
   */
  LinuxMemory(Path proc) {
    this.proc = proc;
  }

  @Override
  public OptionalLong resident() {
    return read(proc.resolve("self/status"), "RssAnon");
  }

  @Override
  public OptionalLong available() {
    Path file = proc.resolve("meminfo");
    OptionalLong available = read(file, "MemAvailable");
    OptionalLong total = read(file, "MemTotal");
    if (available.isEmpty() || total.isEmpty()) {
      return OptionalLong.empty();
    }
    OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    return system.getTotalMemorySize() < total.getAsLong()
        ? OptionalLong.of(Math.min(available.getAsLong(), system.getFreeMemorySize()))
        : available;
  }

  private static OptionalLong read(Path file, String key) {
    try {
      Matcher line = LINE.matcher(Files.readString(file));
      while (line.find()) {
        if (line.group(1).equals(key)) {
          return OptionalLong.of(Long.parseLong(line.group(2)) << 10);
        }
      }
      return OptionalLong.empty();
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }
}
