package io.taustream.storage.label;

import io.taustream.storage.TaustreamException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * A folder of one open store, merge, export or import, under a scratch folder that several
 * processes may share. It is marked by a lock that the operating system drops with the process,
 * however it ends; opening removes what killed processes left. Thread-safe.
 */
public final class ScratchFolder implements AutoCloseable {
  private static final String PREFIX = "labels-";
  private static final String LOCK = ".lock";

  private final Path folder;
  private final Path lockFile;
  private final FileChannel lock;
  private final AtomicLong next = new AtomicLong();

  private ScratchFolder(Path folder, Path lockFile, FileChannel lock) {
    this.folder = folder;
    this.lockFile = lockFile;
    this.lock = lock;
  }

  /**
   * Makes a folder of its own.
   *
   * @param scratch made where it is missing
   * @throws TaustreamException if it cannot be written to
   */
  public static ScratchFolder open(Path scratch) {
    try {
      Files.createDirectories(scratch);
      removeAbandoned(scratch);
      String name = ownPrefix() + UUID.randomUUID();
      Path lockFile = scratch.resolve(name + LOCK);
      FileChannel lock =
          FileChannel.open(lockFile, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      // Locked before the folder exists: a folder whose lock is free is always abandoned.
      lock.lock();
      Path folder = Files.createDirectory(scratch.resolve(name));
      return new ScratchFolder(folder, lockFile, lock);
    } catch (IOException e) {
      throw new TaustreamException(
          "cannot use the scratch folder %s: %s; name a writable one".formatted(scratch, e), e);
    }
  }

  /** A path in the folder that nobody else was given. */
  public Path fresh(String name) {
    return folder.resolve(next.getAndIncrement() + "-" + name);
  }

  /** Names this process, and no other that had or will have its number. */
  private static String ownPrefix() {
    ProcessHandle self = ProcessHandle.current();
    long started = self.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
    return PREFIX + self.pid() + "-" + started + "-";
  }

  private static void removeAbandoned(Path scratch) throws IOException {
    List<Path> folders;
    // This process's own locks are not even tried: POSIX drops a process's lock on a file as soon
    // as
    // it closes any descriptor of that file.
    String own = ownPrefix();
    try (Stream<Path> entries = Files.list(scratch)) {
      folders =
          entries
              .filter(p -> p.getFileName().toString().startsWith(PREFIX) && Files.isDirectory(p))
              .filter(p -> !p.getFileName().toString().startsWith(own))
              .toList();
    }
    for (Path folder : folders) {
      Path lockFile = folder.resolveSibling(folder.getFileName() + LOCK);
      try (FileChannel lock = FileChannel.open(lockFile, StandardOpenOption.WRITE)) {
        if (lock.tryLock() != null) {
          delete(folder);
          Files.deleteIfExists(lockFile);
        }
      } catch (NoSuchFileException e) {
        // Its owner or another process is just removing it.
      }
    }
  }

  /** Removes a folder and all in it. */
  static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      files
          .sorted(Comparator.reverseOrder())
          .forEach(
              file -> {
                try {
                  Files.deleteIfExists(file);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /**
   * Removes the folder and all in it.
   *
   * @throws TaustreamException if it cannot be removed
   */
  @Override
  public void close() {
    try (lock) {
      delete(folder);
      Files.deleteIfExists(lockFile);
    } catch (IOException e) {
      throw new TaustreamException(
          "cannot remove the scratch folder %s: %s; remove it by hand".formatted(folder, e), e);
    }
  }
}
