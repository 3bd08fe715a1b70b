package io.taustream.teacher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Linux's figures: {@code RssAnon} of {@code /proc/self/status} and {@code MemAvailable} of {@code
 * /proc/meminfo}, or what {@link ControlGroup} says if it is less. On other systems nothing is
 * told.
 */
final class LinuxMemory implements MemoryGauge {
  private static final Pattern LINE = Pattern.compile("(?m)^(\\w+):\\s+(\\d+) kB$");

  private final Path proc;
  private final ControlGroup group;

  /**
   * @param proc {@code /proc}, but for tests
   * @param mount {@code /sys/fs/cgroup}, likewise
   */
  LinuxMemory(Path proc, Path mount) {
    this.proc = proc;
    this.group = new ControlGroup(proc, mount);
  }

  /** This machine's. */
  static LinuxMemory ofSystem() {
    return new LinuxMemory(Path.of("/proc"), Path.of("/sys/fs/cgroup"));
  }

  @Override
  public OptionalLong resident() {
    return read(proc.resolve("self/status"), "RssAnon");
  }

  @Override
  public OptionalLong available() {
    OptionalLong machine = read(proc.resolve("meminfo"), "MemAvailable");
    OptionalLong container = group.available();
    return machine.isPresent() && container.isPresent()
        ? OptionalLong.of(Math.min(machine.getAsLong(), container.getAsLong()))
        : machine;
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
