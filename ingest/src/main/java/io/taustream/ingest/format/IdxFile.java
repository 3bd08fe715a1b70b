package io.taustream.ingest.format;

import io.taustream.storage.object.ObjectInfo;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;

/** One IDX file as a stream that knows its own name when something is wrong. Not thread-safe. */
final class IdxFile implements Closeable {
  private final ObjectInfo object;
  private final ObjectInputStream raw;
  private final InputStream in;
  private final ShardBytes bytes;

  private IdxFile(ObjectInfo object, ObjectInputStream raw, InputStream in, ShardBytes bytes) {
    this.object = object;
    this.raw = raw;
    this.in = in;
    this.bytes = bytes;
  }

  static IdxFile open(ObjectInfo object, ObjectInputStream raw, boolean gzipped, ShardBytes bytes) {
    try {
      InputStream in =
          gzipped
              ? GzipCompressorInputStream.builder()
                  .setInputStream(raw)
                  .setDecompressConcatenated(true)
                  .get()
              : raw;
      return new IdxFile(object, raw, in, bytes);
    } catch (IOException e) {
      throw new IdxFile(object, raw, raw, bytes).broken(e);
    }
  }

  /**
   * Reads the magic number: two zero bytes, 8 for unsigned bytes, the number of dimensions.
   *
   * @param expected 0x0803 for images, 0x0801 for labels
   */
  void expectMagic(int expected) {
    int found = readInt();
    if (found != expected) {
      throw fault(
          String.format(
              "begins with 0x%08X, but 0x%08X is expected: unsigned bytes in %d dimension(s)",
              found, expected, expected & 0xFF));
    }
  }

  /** Four bytes, big-endian. */
  int readInt() {
    return ByteBuffer.wrap(read(Integer.BYTES)).getInt();
  }

  byte[] read(int count) {
    try {
      byte[] data = in.readNBytes(count);
      if (data.length < count) {
        throw new EOFException("more data is expected");
      }
      return data;
    } catch (IOException e) {
      throw broken(e);
    }
  }

  /** Fails where anything is left. */
  void expectEnd() {
    try {
      if (in.read() >= 0) {
        throw fault("goes on behind the last item that its header counts; write it again");
      }
      raw.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      throw broken(e);
    }
  }

  RuntimeException fault(String what) {
    return bytes.fault(object.uri().name() + " " + what);
  }

  private RuntimeException broken(IOException e) {
    String verb = e instanceof EOFException ? "is truncated at byte " : "is damaged near byte ";
    return bytes.fault(
        object.uri().name()
            + " "
            + verb
            + raw.position()
            + " ("
            + e.getMessage()
            + "); copy or write it again",
        e);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
