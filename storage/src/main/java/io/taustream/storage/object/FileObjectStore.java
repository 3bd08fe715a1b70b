package io.taustream.storage.object;

import io.taustream.storage.TaustreamException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SynchronousSink;
import reactor.core.scheduler.Schedulers;

/**
 * Objects on the file system. Every call runs on {@link Schedulers#boundedElastic()}. A read opens
 * the file once, so that a file replaced meanwhile is still read whole in its old version.
 *
 * <p>Writes are described at {@link FileWrite}: {@code Always} and {@code IfAbsent} are atomic
 * between all processes; {@code IfVersion} is so between processes that write with it.
 */
final class FileObjectStore implements ObjectStore {
  private static final Logger LOG = LoggerFactory.getLogger(FileObjectStore.class);

  /** Bytes of a buffer that a read hands out; the last one may be shorter. */
  static final int CHUNK = 256 * 1024;

  @Override
  public Mono<ObjectInfo> stat(ObjectUri uri) {
    return call("read", uri, () -> info(uri, regular(uri.toPath())));
  }

  @Override
  public Flux<ObjectInfo> list(ObjectUri prefix) {
    return list(prefix, Integer.MAX_VALUE);
  }

  @Override
  public Flux<ObjectInfo> list(ObjectUri prefix, int folders) {
    return Flux.generate(() -> new FileTree(prefix.path(), folders), FileObjectStore::nextInfo)
        .subscribeOn(Schedulers.boundedElastic());
  }

  private static FileTree nextInfo(FileTree tree, SynchronousSink<ObjectInfo> sink) {
    tree.next().ifPresentOrElse(sink::next, sink::complete);
    return tree;
  }

  @Override
  public Flux<ByteBuffer> read(ObjectUri uri) {
    return Flux.<ByteBuffer, InputStream>generate(
            () -> open(uri, 0), (in, sink) -> readChunk(uri, in, sink), FileObjectStore::shut)
        .subscribeOn(Schedulers.boundedElastic());
  }

  @Override
  public Flux<ByteBuffer> read(ObjectUri uri, long offset, long length) {
    ByteRanges.check(offset, length);
    if (length == 0) {
      return Flux.empty();
    }
    return Flux.defer(
        () -> {
          long[] left = {length};
          return Flux.<ByteBuffer, InputStream>generate(
                  () -> open(uri, offset),
                  (in, sink) -> readRange(uri, in, left, offset + length, sink),
                  FileObjectStore::shut)
              .subscribeOn(Schedulers.boundedElastic());
        });
  }

  @Override
  public Mono<ObjectInfo> write(ObjectUri uri, ByteBuffer content, WriteCondition condition) {
    return call(
        "write",
        uri,
        () -> {
          ByteBuffer bytes = content.duplicate();
          return new FileWrite(uri, condition)
              .commit(
                  target -> {
                    while (bytes.hasRemaining()) {
                      target.write(bytes);
                    }
                  });
        });
  }

  @Override
  public Mono<ObjectInfo> write(ObjectUri uri, Path content, WriteCondition condition) {
    return call(
        "write",
        uri,
        () -> {
          try (FileChannel source = openSource(content)) {
            return new FileWrite(uri, condition).commit(target -> copy(source, target));
          }
        });
  }

  @Override
  public Mono<Void> delete(ObjectUri uri) {
    Callable<Void> delete =
        () -> {
          if (Files.isDirectory(uri.toPath())) {
            throw FileFaults.isFolder(uri.toPath());
          }
          Files.deleteIfExists(uri.toPath());
          return null;
        };
    return call("delete", uri, delete);
  }

  @Override
  public Mono<Void> delete(ObjectInfo object) {
    Callable<Void> delete =
        () -> {
          new FileWrite(object.uri(), new WriteCondition.IfVersion(object.version())).remove();
          return null;
        };
    return call("delete", object.uri(), delete);
  }

  /** Holds nothing open between calls. */
  @Override
  public void close() {}

  /** The attributes of a path that is a plain file. */
  static BasicFileAttributes regular(Path path) throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
    if (attributes.isDirectory()) {
      throw FileFaults.isFolder(path);
    }
    if (!attributes.isRegularFile()) {
      throw FileFaults.isSpecial(path);
    }
    return attributes;
  }

  static ObjectInfo info(ObjectUri uri, BasicFileAttributes attributes) {
    long version = attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS);
    return new ObjectInfo(uri, attributes.size(), Long.toString(version));
  }

  private static <T> Mono<T> call(String verb, ObjectUri uri, Callable<T> work) {
    return Mono.fromCallable(work)
        .onErrorMap(IOException.class, fault -> FileFaults.explain(verb, uri.toPath(), fault))
        .subscribeOn(Schedulers.boundedElastic());
  }

  /** An input stream, and no channel, because cancelling interrupts: that closes a channel. */
  private static InputStream open(ObjectUri uri, long offset) {
    Path path = uri.toPath();
    try {
      long size = regular(path).size();
      if (offset > size) {
        throw ByteRanges.tooShort(uri, offset, size);
      }
      InputStream in = Files.newInputStream(path);
      in.skipNBytes(offset);
      return in;
    } catch (IOException e) {
      throw FileFaults.explain("read", path, e);
    }
  }

  private static InputStream readChunk(
      ObjectUri uri, InputStream in, SynchronousSink<ByteBuffer> sink) {
    byte[] chunk = readUpTo(uri, in, CHUNK);
    if (chunk.length == 0) {
      sink.complete();
    } else {
      sink.next(ByteBuffer.wrap(chunk));
    }
    return in;
  }

  private static InputStream readRange(
      ObjectUri uri, InputStream in, long[] left, long end, SynchronousSink<ByteBuffer> sink) {
    byte[] chunk = readUpTo(uri, in, (int) Math.min(CHUNK, left[0]));
    if (chunk.length == 0) {
      sink.error(ByteRanges.tooShort(uri, end, end - left[0]));
      return in;
    }
    sink.next(ByteBuffer.wrap(chunk));
    left[0] -= chunk.length;
    if (left[0] == 0) {
      sink.complete();
    }
    return in;
  }

  private static byte[] readUpTo(ObjectUri uri, InputStream in, int length) {
    try {
      byte[] chunk = new byte[length];
      int read = in.readNBytes(chunk, 0, length);
      return read == length ? chunk : Arrays.copyOf(chunk, read);
    } catch (IOException e) {
      throw FileFaults.explain("read", uri.toPath(), e);
    }
  }

  private static void shut(InputStream in) {
    try {
      in.close();
    } catch (IOException e) {
      // Nothing was written through it: there is nothing to lose.
      LOG.debug("closing a file", e);
    }
  }

  private static FileChannel openSource(Path content) {
    try {
      regular(content);
      return FileChannel.open(content, StandardOpenOption.READ);
    } catch (IOException e) {
      throw FileFaults.explain("read", content, e);
    }
  }

  private static void copy(FileChannel source, FileChannel target) throws IOException {
    long size = source.size();
    long position = 0;
    while (position < size) {
      long copied = source.transferTo(position, size - position, target);
      if (copied == 0) {
        throw new TaustreamException(
            "the file to be stored became shorter while it was read: " + position + " of " + size);
      }
      position += copied;
    }
  }
}
