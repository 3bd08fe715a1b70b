package io.taustream.storage.label;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * Which samples a label file has rows of: CRC-32C over each one's ordinal and class (int32,
 * big-endian) and the UTF-8 bytes of its key, in the order of the shard. The bytes of a shard do
 * not tell all of it: the keys and classes of a folder lie in its paths. Not thread-safe.
 */
public final class SampleDigest {
  private final CRC32C crc = new CRC32C();

  /** Adds the next sample. */
  public void add(int ordinal, int label, String key) {
    byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
    crc.update(
        ByteBuffer.allocate(2 * Integer.BYTES + bytes.length)
            .putInt(ordinal)
            .putInt(label)
            .put(bytes)
            .flip());
  }

  /** The CRC-32C of those added so far; 0 before. */
  public long value() {
    return crc.getValue();
  }
}
