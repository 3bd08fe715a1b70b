package io.taustream.ingest.format;

import io.taustream.storage.TaustreamException;
import io.taustream.storage.object.ObjectInfo;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import reactor.core.publisher.Flux;

/**
 * An object as a blocking stream: at most two of the store's buffers wait in it. Closing it before
 * its end ends the request. An object that has another length than when it was listed is an error.
 */
final class ObjectInputStream extends InputStream {
  private static final int BUFFERS = 2;
  private static final ByteBuffer NONE = ByteBuffer.allocate(0);

  private final ObjectInfo object;
  private final Stream<ByteBuffer> stream;
  private final Iterator<ByteBuffer> buffers;
  private final CRC32C crc;
  private ByteBuffer current = NONE;
  private long position;
  private boolean ended;

  /**
   * @param content the object's bytes
   * @param crc is updated with each byte that is read here
   */
  ObjectInputStream(ObjectInfo object, Flux<ByteBuffer> content, CRC32C crc) {
    this.object = object;
    this.stream = content.toStream(BUFFERS);
    this.buffers = stream.iterator();
    this.crc = crc;
  }

  /** Bytes read so far, from the object's beginning. */
  long position() {
    return position;
  }

  /** Whether the object's end was reached or the stream closed. */
  boolean isEnded() {
    return ended;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, target.length);
    if (length == 0) {
      return 0;
    }
    while (!current.hasRemaining()) {
      if (ended || !buffers.hasNext()) {
        end();
        return -1;
      }
      current = buffers.next();
    }
    int count = Math.min(length, current.remaining());
    current.get(target, offset, count);
    crc.update(target, offset, count);
    position += count;
    return count;
  }

  @Override
  public int available() {
    return current.remaining();
  }

  private void end() {
    if (!ended) {
      ended = true;
      if (position != object.size()) {
        throw new TaustreamException(
            object.uri()
                + " gave "
                + position
                + " bytes, but had "
                + object.size()
                + " when it was listed; start again when nobody writes to it");
      }
    }
  }

  @Override
  public void close() {
    ended = true;
    current = NONE;
    stream.close();
  }
}
