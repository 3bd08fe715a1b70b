package io.taustream.teacher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * The limit that a Linux control group, version 1 or 2, sets to this process's memory: what a
 * container is given. Unlike the JDK's figure, what is left of it does not count files that are
 * cached, for the kernel drops them before it kills; else whoever has read data as large as the
 * limit would be held to have no memory.
 */
final class ControlGroup {
  private final Path membership;
  private final Path mount;

  /**
   * @param proc {@code /proc}, but for tests
   * @param mount {@code /sys/fs/cgroup}, likewise
   */
  ControlGroup(Path proc, Path mount) {
    this.membership = proc.resolve("self/cgroup");
    this.mount = mount.normalize();
  }

  /** The files of one version. */
  private enum Version {
    ONE("memory.limit_in_bytes", "memory.usage_in_bytes", "total_"),
    TWO("memory.max", "memory.current", "");

    private final String limit;
    private final String usage;
    private final String prefix;

    Version(String limit, String usage, String prefix) {
      this.limit = limit;
      this.usage = usage;
      this.prefix = prefix;
    }

    /** What is left of a group's limit; empty where it has none. */
    OptionalLong left(Path group) throws IOException {
      String most = Files.readString(group.resolve(limit)).strip();
      if (!most.matches("\\d{1,18}")) {
        return OptionalLong.empty();
      }
      Map<String, Long> numbers = new HashMap<>();
      for (String line : Files.readAllLines(group.resolve("memory.stat"))) {
        String[] words = line.split(" ", 2);
        numbers.put(words[0], Long.parseLong(words[1]));
      }
      long used = Long.parseLong(Files.readString(group.resolve(usage)).strip());
      long cached =
          numbers.getOrDefault(prefix + "inactive_file", 0L)
              + numbers.getOrDefault(prefix + "active_file", 0L);
      return OptionalLong.of(Math.max(0, Long.parseLong(most) - Math.max(0, used - cached)));
    }
  }

  /** The least that is left of the limits of this process's group and those around it. */
  OptionalLong available() {
    OptionalLong least = OptionalLong.empty();
    try {
      for (String line : Files.readAllLines(membership)) {
        // hierarchy:controllers:path
        String[] fields = line.split(":", 3);
        boolean one = fields[1].contains("memory");
        if (one || fields[1].isEmpty()) {
          Path root = one ? mount.resolve("memory") : mount;
          least = least(least, left(root, fields[2], one ? Version.ONE : Version.TWO));
        }
      }
      return least;
    } catch (IOException | NumberFormatException | ArrayIndexOutOfBoundsException e) {
      // No Linux, or none that is known here.
      return OptionalLong.empty();
    }
  }

  private static OptionalLong left(Path root, String path, Version version) throws IOException {
    Path group = root.resolve(path.replaceFirst("^/+", "")).normalize();
    OptionalLong least = OptionalLong.empty();
    // In a container the path may be that outside of it: then its root is what is mounted.
    for (group = group.startsWith(root) ? group : root;
        group.startsWith(root);
        group = group.getParent()) {
      if (Files.isRegularFile(group.resolve(version.limit))) {
        least = least(least, version.left(group));
      }
    }
    return least;
  }

  private static OptionalLong least(OptionalLong one, OptionalLong other) {
    if (one.isEmpty() || other.isEmpty()) {
      return one.isEmpty() ? other : one;
    }
    return OptionalLong.of(Math.min(one.getAsLong(), other.getAsLong()));
  }
}
