package io.taustream.storage.label;

import io.taustream.storage.object.ObjectInfo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder that holds the copies of one label file's parts. What is being written has a name of
 * its own, which ends in {@code .part}. A footer's copy begins with the CRC-32C, int32, big-endian,
 * of the bytes behind it; the other parts' checksums stand in the footer. Several processes may use
 * the folder. Thread-safe.
 */
record CachedFile(Path folder) {
  private static final Logger LOG = LoggerFactory.getLogger(CachedFile.class);
  private static final String UNFINISHED = ".part";

  /** Longer than a part takes to fetch: whoever was at it was killed. */
  private static final Duration ABANDONED = Duration.ofDays(1);

  Path path(String name) {
    return folder.resolve(name);
  }

  /** A footer's copy; null where there is no whole one. */
  LabelFooter footer(String name, ObjectInfo info) throws IOException {
    try {
      ByteBuffer copy = ByteBuffer.wrap(Files.readAllBytes(path(name)));
      if (copy.remaining() > Integer.BYTES && copy.getInt() == (int) checksum(copy)) {
        return LabelFooter.parse(copy.slice(), info.size(), info.uri().toString());
      }
    } catch (NoSuchFileException e) {
      return null;
    }
    broken(name);
    return null;
  }

  void putFooter(String name, ByteBuffer bytes) throws IOException {
    try (Unfinished copy = begin(name)) {
      copy.write(ByteBuffer.allocate(Integer.BYTES).putInt((int) checksum(bytes)).flip());
      copy.write(bytes.duplicate());
      copy.publish();
    }
  }

  /** A part's copy, mapped; null where there is no whole one. */
  ByteBuffer map(String name, long length, long crc32c) throws IOException {
    try (FileChannel channel = FileChannel.open(path(name), StandardOpenOption.READ)) {
      if (channel.size() == length) {
        ByteBuffer copy = channel.map(FileChannel.MapMode.READ_ONLY, 0, length);
        if (checksum(copy) == crc32c) {
          return copy;
        }
      }
    } catch (NoSuchFileException e) {
      return null;
    }
    broken(name);
    return null;
  }

  /** A copy that the disk or a power cut has broken says nothing of the original. */
  private void broken(String name) throws IOException {
    LOG.warn("the copy {} is broken and is fetched again", path(name));
    Files.deleteIfExists(path(name));
  }

  private static long checksum(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.duplicate());
    return crc.getValue();
  }

  /** Removes all but these and what is being written. */
  void keepOnly(Set<String> names) {
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> others =
          files.filter(file -> !names.contains(file.getFileName().toString())).toList();
      for (Path file : others) {
        if (!file.toString().endsWith(UNFINISHED) || isAbandoned(file)) {
          Files.deleteIfExists(file);
        }
      }
    } catch (IOException e) {
      // They are in nobody's way; the next who opens the file tries again.
      LOG.debug("{} keeps what is not needed any more", folder, e);
    }
  }

  private static boolean isAbandoned(Path file) throws IOException {
    Instant written = Files.getLastModifiedTime(file).toInstant();
    return written.isBefore(Instant.now().minus(ABANDONED));
  }

  /** Begins to write a part. */
  Unfinished begin(String name) throws IOException {
    Files.createDirectories(folder);
    return new Unfinished(path(UUID.randomUUID() + UNFINISHED), path(name));
  }

  /** A part that is being written. Not thread-safe. */
  static final class Unfinished implements AutoCloseable {
    private final Path partial;
    private final Path copy;
    private final FileChannel channel;

    private Unfinished(Path partial, Path copy) throws IOException {
      this.partial = partial;
      this.copy = copy;
      this.channel =
          FileChannel.open(
              partial,
              StandardOpenOption.CREATE_NEW,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
    }

    /** Appends bytes; fails with {@link UncheckedIOException}. */
    void write(ByteBuffer bytes) {
      try {
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /**
     * Gives the part its name; without forcing it to the disk first, a power cut would leave the
     * name on an empty file.
     *
     * @return the part, mapped: another process may remove the copy at once
     */
    ByteBuffer publish() throws IOException {
      channel.force(true);
      ByteBuffer mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
      Files.move(partial, copy, StandardCopyOption.ATOMIC_MOVE);
      return mapped;
    }

    /** Removes what was not published; fails with {@link UncheckedIOException}. */
    @Override
    public void close() {
      try {
        channel.close();
        Files.deleteIfExists(partial);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
