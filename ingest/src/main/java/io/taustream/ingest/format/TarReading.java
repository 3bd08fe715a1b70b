package io.taustream.ingest.format;

import io.taustream.storage.TaustreamException;
import io.taustream.storage.object.ObjectInfo;
import io.taustream.storage.object.ObjectStore;
import io.taustream.storage.sample.Shard;
import java.io.Closeable;
import java.io.IOException;
import java.util.Locale;
import java.util.Optional;

/**
 * The plain files of one tar, gzipped or not, one after another as they are, with the checks that a
 * WebDataset shard has to pass. Blocking; one member in memory at a time. Not thread-safe.
 */
public final class TarReading implements Closeable {
  private final ShardBytes bytes;
  private final TarMembers members;

  private TarReading(ShardBytes bytes, TarMembers members) {
    this.bytes = bytes;
    this.members = members;
  }

  /**
   * Begins to read a tar; it must not change meanwhile.
   *
   * @param objects stays the caller's
   */
  public static TarReading open(ObjectStore objects, ObjectInfo tar) {
    Shard shard = new Shard(tar.uri().name(), tar.uri(), tar.size(), tar.version());
    ShardBytes bytes = new ShardBytes(objects, shard);
    return new TarReading(bytes, WebDataset.members(bytes.open(tar), shard, bytes));
  }

  /** Whether a file of this name is taken for a tar. */
  public static boolean claims(String fileName) {
    return new WebDataset().claims(fileName.toLowerCase(Locale.ROOT));
  }

  /**
   * The next file's name, without a leading {@code ./}; empty at the end of the tar.
   *
   * @throws TaustreamException if the tar is damaged, cut off or holds something else
   */
  public Optional<String> next() {
    return members.next();
  }

  /** The current file's bytes, at most 64 MiB. */
  public byte[] content() {
    return members.content();
  }

  /** CRC-32C of the tar's bytes, when the last file has been read. */
  public long crc32c() {
    return bytes.crc32c();
  }

  @Override
  public void close() throws IOException {
    try (bytes) {
      members.close();
    }
  }
}
