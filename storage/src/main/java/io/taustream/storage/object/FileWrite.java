package io.taustream.storage.object;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

/**
 * One whole write of a file: a hidden file beside it, its bytes forced to the disk, then a name
 * given in one step, then the folder forced too. A process killed in between leaves the old file
 * and perhaps a hidden {@code .taustream-*.tmp}, which a later write into the folder removes when
 * it is a day old.
 *
 * <ul>
 *   <li>{@code Always}: renamed over what is there.
 *   <li>{@code IfAbsent}: a hard link, which the file system gives to exactly one of several
 *       processes. On file systems without hard links it is done as {@code IfVersion} is.
 *   <li>{@code IfVersion}: checked and renamed under a lock on {@code .taustream.lock} in the
 *       folder. That holds between processes that write on this condition (and on a network file
 *       system only where locks are shared); a writer that uses {@code Always}, or is no Taustream,
 *       may come in between.
 * </ul>
 *
 * <p>A new version's modification time is always later than that of the version it replaces, also
 * where the clock of the file system ticks too slowly.
 */
final class FileWrite {
  private static final String OWN_PREFIX = ".taustream-";
  private static final String OWN_SUFFIX = ".tmp";
  private static final String LOCK = ".taustream.lock";
  private static final Duration STALE = Duration.ofDays(1);
  private static final Duration LOCK_POLL = Duration.ofMillis(5);

  private final ObjectUri uri;
  private final Path target;
  private final Path folder;
  private final WriteCondition condition;

  /** Fills the hidden file. */
  interface Content {
    void writeTo(FileChannel target) throws IOException;
  }

  FileWrite(ObjectUri uri, WriteCondition condition) {
    this.uri = uri;
    this.target = uri.toPath();
    this.folder = target.getParent();
    this.condition = condition;
  }

  /** Whether a file of this name is a hidden file of a write rather than an object. */
  static boolean isOwn(String name) {
    return name.equals(LOCK) || (name.startsWith(OWN_PREFIX) && name.endsWith(OWN_SUFFIX));
  }

  ObjectInfo commit(Content content) throws IOException {
    if (folder == null || Files.isDirectory(target)) {
      throw FileFaults.isFolder(target);
    }
    checkEarly();
    createFolders(folder);
    removeStale();
    Path hidden = folder.resolve(OWN_PREFIX + UUID.randomUUID() + OWN_SUFFIX);
    try {
      try (FileChannel channel =
          FileChannel.open(hidden, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        content.writeTo(channel);
        channel.force(true);
      }
      ObjectInfo written = publish(hidden);
      forceFolder(folder);
      return written;
    } finally {
      Files.deleteIfExists(hidden);
    }
  }

  /** Removes the file instead, in the version of the condition and under the same lock. */
  void remove() throws IOException {
    // Without this, asking to remove what is gone would leave a lock file in a folder.
    checkEarly();
    locked(
        () -> {
          checkEarly();
          ObjectInfo removed = describe(target);
          Files.delete(target);
          return removed;
        });
    forceFolder(folder);
  }

  /** Saves the work of writing bytes that cannot be published; what counts is checked later. */
  private void checkEarly() throws IOException {
    if (condition instanceof WriteCondition.IfAbsent && Files.exists(target)) {
      throw alreadyThere(null);
    }
    if (condition instanceof WriteCondition.IfVersion expected) {
      checkVersion(expected.version());
    }
  }

  private ObjectInfo publish(Path hidden) throws IOException {
    if (condition instanceof WriteCondition.Always) {
      return rename(hidden);
    }
    if (condition instanceof WriteCondition.IfVersion expected) {
      return locked(
          () -> {
            checkVersion(expected.version());
            return rename(hidden);
          });
    }
    try {
      ObjectInfo written = describe(hidden);
      Files.createLink(target, hidden);
      return written;
    } catch (FileAlreadyExistsException e) {
      throw alreadyThere(e);
    } catch (UnsupportedOperationException | FileSystemException e) {
      return locked(
          () -> {
            if (Files.exists(target)) {
              throw alreadyThere(e);
            }
            return rename(hidden);
          });
    }
  }

  private ObjectInfo rename(Path hidden) throws IOException {
    if (Files.exists(target)) {
      Instant old = Files.getLastModifiedTime(target).toInstant();
      if (!Files.getLastModifiedTime(hidden).toInstant().isAfter(old)) {
        Files.setLastModifiedTime(hidden, FileTime.from(old.plusNanos(1_000)));
      }
    }
    ObjectInfo written = describe(hidden);
    Files.move(hidden, target, StandardCopyOption.ATOMIC_MOVE);
    return written;
  }

  private ObjectInfo describe(Path file) throws IOException {
    return FileObjectStore.info(uri, Files.readAttributes(file, BasicFileAttributes.class));
  }

  private void checkVersion(String expected) throws IOException {
    String found;
    try {
      found = FileObjectStore.info(uri, FileObjectStore.regular(target)).version();
    } catch (NoSuchFileException e) {
      throw new PreconditionFailedException(
          uri + " is gone; its version " + expected + " was expected", e);
    }
    if (!found.equals(expected)) {
      throw new PreconditionFailedException(
          uri
              + " has version "
              + found
              + "; "
              + expected
              + " was expected: another process wrote"
              + " it");
    }
  }

  private PreconditionFailedException alreadyThere(Exception cause) {
    return new PreconditionFailedException(
        uri + " exists already; it was to be written only where it does not", cause);
  }

  private interface Step {
    ObjectInfo run() throws IOException;
  }

  private ObjectInfo locked(Step step) throws IOException {
    try (FileChannel channel =
            FileChannel.open(
                folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = lock(channel)) {
      if (!lock.isValid()) {
        throw new IOException("lost the lock on " + folder.resolve(LOCK));
      }
      return step.run();
    }
  }

  /**
   * Waits for other processes in the system call, for other threads of this one by asking again.
   */
  private static FileLock lock(FileChannel channel) throws IOException {
    while (true) {
      try {
        return channel.lock();
      } catch (OverlappingFileLockException e) {
        try {
          Thread.sleep(LOCK_POLL.toMillis());
        } catch (InterruptedException interrupted) {
          Thread.currentThread().interrupt();
          throw new IOException("interrupted while waiting for a lock", interrupted);
        }
      }
    }
  }

  private static void createFolders(Path folder) throws IOException {
    if (Files.isDirectory(folder)) {
      return;
    }
    Path parent = folder.getParent();
    if (parent != null) {
      createFolders(parent);
    }
    try {
      Files.createDirectory(folder);
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(folder)) {
        throw new FileSystemException(folder.toString(), null, folder + " is no folder");
      }
    }
    if (parent != null) {
      forceFolder(parent);
    }
  }

  /** Without this a new name may be lost when the machine loses power. */
  private static void forceFolder(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (AccessDeniedException e) {
      // Folders cannot be opened on some systems, or may be written but not read: then the
      // system decides when the name reaches the disk.
      return;
    }
  }

  private void removeStale() throws IOException {
    Instant limit = Instant.now().minus(STALE);
    try (var hidden = Files.newDirectoryStream(folder, OWN_PREFIX + "*" + OWN_SUFFIX)) {
      for (Path file : hidden) {
        if (isOlder(file, limit)) {
          Files.deleteIfExists(file);
        }
      }
    } catch (AccessDeniedException | DirectoryIteratorException e) {
      // A folder that may be written but not read: its owner has to tidy up.
      return;
    }
  }

  private static boolean isOlder(Path file, Instant limit) throws IOException {
    try {
      return Files.getLastModifiedTime(file).toInstant().isBefore(limit);
    } catch (NoSuchFileException e) {
      return false;
    }
  }
}
