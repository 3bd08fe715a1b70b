package io.taustream.storage.label;

import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * The compressed buffers of one record batch, in a scratch file until it is known how long they
 * are: a batch's message, which states that, stands before them. A buffer is its length without
 * compression, int64, little-endian, and one Zstandard frame; an empty one stays empty. Memory: one
 * stream's. Not thread-safe.
 */
final class CompressedBody implements AutoCloseable {
  /** Before the frame. */
  static final int PREFIX_BYTES = Long.BYTES;

  private static final int LEVEL = 3;
  private static final int PIECE_BYTES = 64 << 10;

  private final FileChannel channel;
  private final long[] lengths;

  /**
   * @param buffers of a batch, empty ones included
   */
  CompressedBody(Path scratch, int buffers) throws IOException {
    this.channel =
        FileChannel.open(
            scratch,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE);
    this.lengths = new long[buffers];
  }

  /**
   * Adds a buffer behind those before it.
   *
   * @param length that it has without compression
   */
  void add(int buffer, long length, ByteSink.Source source) throws IOException {
    if (length == 0) {
      return;
    }
    long start = channel.position();
    OutputStream file = new BufferedOutputStream(unclosed(), PIECE_BYTES);
    file.write(
        ByteBuffer.allocate(PREFIX_BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(length).array());
    try (WritableByteChannel frame =
        Channels.newChannel(new ZstdOutputStreamNoFinalizer(file, LEVEL))) {
      source.writeTo(
          bytes -> {
            while (bytes.hasRemaining()) {
              frame.write(bytes);
            }
          });
    }
    lengths[buffer] = channel.position() - start;
  }

  /** The channel outlives the streams over it. */
  private OutputStream unclosed() {
    return new FilterOutputStream(Channels.newOutputStream(channel)) {
      @Override
      public void write(byte[] bytes, int from, int length) throws IOException {
        out.write(bytes, from, length);
      }

      @Override
      public void close() throws IOException {
        flush();
      }
    };
  }

  /** The stored length of each buffer. */
  long[] lengths() {
    return Arrays.copyOf(lengths, lengths.length);
  }

  /** Writes all buffers, each from an aligned place on. */
  void copyTo(ChecksummedChannel out) throws IOException {
    ByteBuffer piece = ByteBuffer.allocate(PIECE_BYTES);
    long position = 0;
    for (long length : lengths) {
      long end = position + length;
      while (position < end) {
        piece.clear().limit((int) Math.min(piece.capacity(), end - position));
        int read = channel.read(piece, position);
        if (read < 0) {
          throw new IOException("the scratch file of compressed labels ends early");
        }
        out.write(piece.flip());
        position += read;
      }
      out.pad();
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
