package io.taustream.storage.label;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.zip.CRC32C;

/** Writes a file from front to back and keeps the CRC-32C of each stretch of it. */
final class ChecksummedChannel implements ByteSink {
  private final FileChannel channel;
  private final CRC32C crc = new CRC32C();
  private long position;

  ChecksummedChannel(FileChannel channel) {
    this.channel = channel;
  }

  long position() {
    return position;
  }

  @Override
  public void write(ByteBuffer bytes) throws IOException {
    position += bytes.remaining();
    crc.update(bytes.duplicate());
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /** Writes zeros up to the next multiple of {@link LabelFileFormat#ALIGNMENT}. */
  void pad() throws IOException {
    int missing = Math.toIntExact(LabelFileFormat.align(position) - position);
    write(ByteBuffer.allocate(LabelFileFormat.ALIGNMENT).limit(missing));
  }

  /** The checksum of all that was written since the last call. */
  long takeChecksum() {
    long value = crc.getValue();
    crc.reset();
    return value;
  }
}
