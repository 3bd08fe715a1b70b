package io.taustream.ingest.format;

import io.taustream.storage.TaustreamException;
import io.taustream.storage.object.ObjectInfo;
import io.taustream.storage.object.ObjectStore;
import io.taustream.storage.sample.Shard;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The raw bytes of one reading of a shard: opens its objects and sums up what is read of them. Not
 * thread-safe, save that {@link #close} may follow on another thread when no read is under way.
 */
final class ShardBytes implements AutoCloseable {
  private final ObjectStore store;
  private final Shard shard;
  private final CRC32C crc = new CRC32C();
  private final List<ObjectInputStream> open = new ArrayList<>();

  ShardBytes(ObjectStore store, Shard shard) {
    this.store = store;
    this.shard = shard;
  }

  /** Opens an object whose bytes count into the checksum, in the order in which they are read. */
  ObjectInputStream open(ObjectInfo object) {
    return open(object, crc);
  }

  /** Opens an object to look into it: its bytes do not count. */
  ObjectInputStream peek(ObjectInfo object) {
    return open(object, new CRC32C());
  }

  private ObjectInputStream open(ObjectInfo object, CRC32C sum) {
    open.removeIf(ObjectInputStream::isEnded);
    ObjectInputStream in = new ObjectInputStream(object, store.read(object.uri()), sum);
    open.add(in);
    return in;
  }

  /** CRC-32C (Castagnoli) of the bytes read. */
  long crc32c() {
    return crc.getValue();
  }

  /**
   * The label, if it is a class.
   *
   * @throws TaustreamException otherwise, naming shard and key
   */
  int checkLabel(String key, int label, int classes) {
    if (label < 0 || label >= classes) {
      throw wrongLabel(key, Integer.toString(label), classes);
    }
    return label;
  }

  TaustreamException wrongLabel(String key, String label, int classes) {
    return fault(
        "sample "
            + key
            + " has the label '"
            + label
            + "', but an integer from 0 to "
            + (classes - 1)
            + " is allowed; correct it, or the number of classes");
  }

  /** An error whose line begins with the shard's URI. */
  TaustreamException fault(String what) {
    return new TaustreamException("shard " + shard.uri() + ": " + what);
  }

  TaustreamException fault(String what, Throwable cause) {
    return new TaustreamException("shard " + shard.uri() + ": " + what, cause);
  }

  /** Ends the reads that are still under way. */
  @Override
  public void close() {
    open.forEach(ObjectInputStream::close);
    open.clear();
  }
}
