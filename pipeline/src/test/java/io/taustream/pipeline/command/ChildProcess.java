package io.taustream.pipeline.command;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** The program in a process of its own, so that it can be killed. Closing kills it. */
final class ChildProcess implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final Duration POLL = Duration.ofMillis(2);

  private final Process process;
  private final Path out;
  private final Path err;

  private ChildProcess(Process process, Path out, Path err) {
    this.process = process;
    this.out = out;
    this.err = err;
  }

  /** Starts {@code taustream} with these words; what it says goes to files in {@code folder}. */
  static ChildProcess start(Path folder, String... words) {
    return start(folder, List.of(), words);
  }

  /** The same with more flags for the JVM. */
  static ChildProcess start(Path folder, List<String> flags, String... words) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--add-opens=java.base/java.nio=ALL-UNNAMED");
    command.add("-Dlogback.configurationFile=logback.xml");
    command.add("-Xmx256m");
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-XX:+UseSerialGC");
    command.addAll(flags);
    command.add("-cp");
    command.add(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    command.add("io.taustream.pipeline.Main");
    command.addAll(List.of(words));
    try {
      Path out = Files.createTempFile(folder, "child-", ".out");
      Path err = Files.createTempFile(folder, "child-", ".err");
      Process process =
          new ProcessBuilder(command)
              .redirectOutput(out.toFile())
              .redirectError(err.toFile())
              .start();
      return new ChildProcess(process, out, err);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits until something is so, or the process has ended. */
  void await(BooleanSupplier condition) {
    await(condition, LIMIT);
  }

  /** The same for so long at most. */
  void await(BooleanSupplier condition, Duration limit) {
    long end = System.nanoTime() + limit.toNanos();
    while (process.isAlive() && !condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("nothing happened for " + limit + ": " + said());
      }
      sleep(POLL);
    }
  }

  /** {@code kill -9}. */
  void kill() {
    process.destroyForcibly();
    end();
  }

  /** Sends TERM or INT. */
  void signal(String name) {
    try {
      new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** Waits for the process's own end. */
  Ended end() {
    return end(LIMIT);
  }

  /** Waits so long for the process's own end. */
  Ended end(Duration limit) {
    try {
      if (!process.waitFor(limit.toSeconds(), TimeUnit.SECONDS)) {
        throw new AssertionError("the process did not end within " + limit + ": " + said());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
    return new Ended(process.exitValue(), text(out), said());
  }

  /** What the process has written to standard error so far. */
  String said() {
    return text(err);
  }

  private static String text(Path file) {
    return new String(TinyRun.read(file), StandardCharsets.UTF_8);
  }

  static void sleep(Duration time) {
    try {
      Thread.sleep(time.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    kill();
  }
}
