package io.taustream.teacher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinuxMemoryTest {
  @TempDir Path folder;
  private LinuxMemory memory;

  @BeforeEach
  void aMachineOfFortyMebibytes() {
    memory = new LinuxMemory(folder.resolve("proc"), folder.resolve("cgroup"));
    write("proc/self/status", "Name:\tjava\nVmRSS:\t  500 kB\nRssAnon:\t  300 kB\n");
    write("proc/meminfo", "MemTotal:     1 kB\nMemFree:  2 kB\nMemAvailable:   40960 kB\n");
  }

  @Test
  void readsWhatIsResidentAndAvailable() {
    assertThat(memory.resident()).hasValue(300 << 10);
    assertThat(memory.available()).hasValue(40 << 20);
  }

  @Test
  void takesTheContainersLimitWhereItIsLessAndCountsCachedFilesAsFree() {
    write("proc/self/cgroup", "0::/pod/worker\n");
    group("cgroup/pod", "max", 30);
    group("cgroup/pod/worker", "20971520", 18);
    // 20 MiB may be used, 18 are, 9 of them by cached files.
    assertThat(memory.available()).hasValue(11 << 20);
  }

  @Test
  void takesTheLeastOfTheGroupsAround() {
    write("proc/self/cgroup", "0::/pod/worker\n");
    group("cgroup/pod", "31457280", 30);
    group("cgroup/pod/worker", "31457280", 10);
    assertThat(memory.available()).hasValue(15 << 20);
  }

  @Test
  void findsItsOwnGroupWhereTheContainerSeesOnlyThat() {
    write("proc/self/cgroup", "0::/../elsewhere\n");
    group("cgroup", "20971520", 18);
    assertThat(memory.available()).hasValue(11 << 20);
  }

  @Test
  void readsTheFirstVersionOfControlGroups() {
    write("proc/self/cgroup", "9:cpu:/x\n4:memory:/pod\n0::/\n");
    write("cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
    write("cgroup/memory/pod/memory.limit_in_bytes", "10485760\n");
    write("cgroup/memory/pod/memory.usage_in_bytes", "8388608\n");
    write(
        "cgroup/memory/pod/memory.stat",
        "inactive_file 5\ntotal_inactive_file 1048576\ntotal_active_file 1048576\n");
    assertThat(memory.available()).hasValue(4 << 20);
  }

  @Test
  void takesTheMachinesWhereTheGroupHasMore() {
    write("proc/self/cgroup", "0::/\n");
    group("cgroup", "1073741824", 18);
    assertThat(memory.available()).hasValue(40 << 20);
  }

  @Test
  void takesTheMachinesWhereTheGroupsFilesAreStrange() {
    write("proc/self/cgroup", "no colons\n");
    assertThat(memory.available()).hasValue(40 << 20);
    write("proc/self/cgroup", "0::/\n");
    group("cgroup", "1048576", 1);
    write("cgroup/memory.current", "many\n");
    assertThat(memory.available()).hasValue(40 << 20);
  }

  @Test
  void tellsNothingWhereThereAreNoSuchFiles() {
    LinuxMemory elsewhere = new LinuxMemory(folder.resolve("none"), folder.resolve("none"));
    assertThat(elsewhere.resident()).isEmpty();
    assertThat(elsewhere.available()).isEmpty();
  }

  /** A group of the second version; cached files are half of what is used. */
  private void group(String path, String limit, int usedMebibytes) {
    write(path + "/memory.max", limit + "\n");
    write(path + "/memory.current", ((long) usedMebibytes << 20) + "\n");
    long half = (long) usedMebibytes << 19;
    write(path + "/memory.stat", "anon 7\ninactive_file %d\nactive_file 0\n".formatted(half));
  }

  private void write(String path, String text) {
    try {
      Path file = folder.resolve(path);
      Files.createDirectories(file.getParent());
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
