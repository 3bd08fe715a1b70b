package io.taustream.storage.label;

import io.taustream.storage.TaustreamException;
import io.taustream.storage.object.ObjectInfo;
import io.taustream.storage.object.ObjectStore;
import io.taustream.storage.object.ObjectUri;
import io.taustream.storage.object.WriteCondition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;

/**
 * Copies label files byte for byte, by way of a local file that is verified whole first, so that
 * damage does not spread. Blocking.
 */
final class LabelCopy {
  private final ObjectStore objects;
  private final ScratchFolder scratch;
  private final BufferAllocator allocator;

  /**
   * @param allocator where decompressed record batches are accounted
   */
  LabelCopy(ObjectStore objects, ScratchFolder scratch, BufferAllocator allocator) {
    this.objects = objects;
    this.scratch = scratch;
    this.allocator = allocator;
  }

  /**
   * Writes the copy of a file.
   *
   * @return what was written
   * @throws io.taustream.storage.object.PreconditionFailedException if the condition does not hold
   * @throws DamagedLabelFileException if the file is damaged
   * @throws LabelsChangedException if it is not the one any more that {@code file} describes
   */
  ObjectInfo to(ObjectUri place, StoredLabelFile file, WriteCondition condition) {
    Path copy = scratch.fresh("copied" + LabelFolder.SUFFIX);
    try {
      try {
        fetch(file, copy);
        requireWhole(file, copy);
        return objects.write(place, copy, condition).block();
      } finally {
        Files.deleteIfExists(copy);
      }
    } catch (IOException e) {
      throw new TaustreamException(
          "cannot copy %s by way of %s: %s; is there room?"
              .formatted(file.info().uri(), copy, e.getMessage()),
          e);
    }
  }

  private void fetch(StoredLabelFile file, Path copy) throws IOException {
    try (FileChannel channel =
        FileChannel.open(copy, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      objects.read(file.info().uri()).doOnNext(part -> append(channel, part)).blockLast();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static void append(FileChannel channel, ByteBuffer part) {
    try {
      while (part.hasRemaining()) {
        channel.write(part);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void requireWhole(StoredLabelFile file, Path copy) {
    String place = file.info().uri().toString();
    Optional<String> damage;
    try (LabelFile read = LabelFile.open(copy, allocator)) {
      if (!file.isAs(read)) {
        throw new LabelsChangedException(
            "%s was written anew while it was copied; try again".formatted(place));
      }
      damage =
          read.verify().stream()
              .findFirst()
              .map(first -> new LabelProblem(place, first.batch(), first.row(), first.what()))
              .map(LabelProblem::toString);
    } catch (DamagedLabelFileException e) {
      damage = Optional.of(e.getMessage().replace(copy.toString(), place));
    }
    if (damage.isPresent()) {
      throw new DamagedLabelFileException(
          "%s; it is not copied: label its shard again".formatted(damage.get()));
    }
  }
}
