package io.taustream.teacher;

import io.taustream.storage.TaustreamException;
import io.taustream.storage.object.ObjectInfo;
import io.taustream.storage.object.ObjectNotFoundException;
import io.taustream.storage.object.ObjectStore;
import io.taustream.storage.object.ObjectUri;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Iterator;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Local copies of a store's objects in one folder. Beside each copy {@code F} lies {@code
 * F.version} with the object's version; a copy of another version is fetched again. Copies appear
 * whole, so several processes may share the folder.
 */
final class ObjectCache {
  /** Buffers of the object that wait while one is written. */
  private static final int READ_AHEAD = 2;

  private final ObjectStore store;
  private final Path folder;

  ObjectCache(ObjectStore store, Path folder) {
    this.store = store;
    this.folder = folder;
  }

  /**
   * The local copy of an object, fetched if it is missing or stale; blocks.
   *
   * @param relative the copy's path in this cache's folder
   * @throws ObjectNotFoundException if there is no such object
   */
  Path fetch(ObjectUri uri, String relative) {
    ObjectInfo info = store.stat(uri).block();
    Path copy = folder.resolve(relative);
    Path version = versionOf(copy);
    try {
      if (Files.exists(copy)
          && Files.exists(version)
          && Files.size(copy) == info.size()
          && Files.readString(version).equals(info.version())) {
        return copy;
      }
      Files.createDirectories(copy.getParent());
      Path part = Files.createTempFile(copy.getParent(), copy.getFileName() + ".", ".part");
      try {
        write(uri, part);
        Files.deleteIfExists(version);
        Files.move(part, copy, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(part);
      }
      Files.writeString(version, info.version());
      return copy;
    } catch (IOException e) {
      throw new TaustreamException(
          "%s cannot be copied to %s: %s; free space there or choose another work folder"
              .formatted(uri, copy, e),
          e);
    }
  }

  /** Like {@link #fetch}; empty, and an old copy removed, where there is no such object. */
  Optional<Path> fetchIfPresent(ObjectUri uri, String relative) {
    try {
      return Optional.of(fetch(uri, relative));
    } catch (ObjectNotFoundException e) {
      Path copy = folder.resolve(relative);
      try {
        Files.deleteIfExists(versionOf(copy));
        Files.deleteIfExists(copy);
      } catch (IOException stale) {
        throw new TaustreamException("stale copy " + copy + " cannot be removed: " + stale, stale);
      }
      return Optional.empty();
    }
  }

  private void write(ObjectUri uri, Path target) throws IOException {
    try (FileChannel channel = FileChannel.open(target, StandardOpenOption.WRITE);
        Stream<ByteBuffer> buffers = store.read(uri).toStream(READ_AHEAD)) {
      for (Iterator<ByteBuffer> i = buffers.iterator(); i.hasNext(); ) {
        ByteBuffer buffer = i.next();
        while (buffer.hasRemaining()) {
          channel.write(buffer);
        }
      }
    }
  }

  private static Path versionOf(Path copy) {
    return copy.resolveSibling(copy.getFileName() + ".version");
  }
}
