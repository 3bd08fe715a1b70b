package io.taustream.storage.label;

import io.taustream.storage.object.ObjectInfo;
import io.taustream.storage.object.ObjectStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import reactor.core.publisher.Flux;

/**
 * A label file that views are added to: its record batches become the first ones of a new file, as
 * they are. Immutable.
 */
record LabelBase(ObjectStore objects, ObjectInfo info, LabelFooter footer) {
  int views() {
    return footer.metadata().views();
  }

  /** All record batches, one behind the other. */
  Flux<ByteBuffer> blocks() {
    List<LabelBlock> blocks = footer.blocks();
    long from = footer.headLength();
    long to = blocks.isEmpty() ? from : blocks.get(blocks.size() - 1).end();
    return objects.read(info.uri(), from, to - from);
  }

  /** Fails unless the new views are those of the same samples of the same bytes. */
  void requireSameShard(LabelMetadata added) {
    LabelMetadata own = footer.metadata();
    if (own.shardSize() != added.shardSize() || own.crc32c() != added.crc32c()) {
      throw refuse(
          "they were made from %d bytes with CRC-32C %08x, the shard has %d with %08x"
              .formatted(own.shardSize(), own.crc32c(), added.shardSize(), added.crc32c()));
    }
    if (!own.isOfSameShard(added)) {
      throw refuse(
          "the shard had %d samples of which %d could not be decoded, and has %d and %d, or their"
                  .formatted(
                      own.samples(), own.skipped().size(), added.samples(), added.skipped().size())
              + " keys or classes are others now");
    }
  }

  LabelsNotExtendableException refuse(String why) {
    return new LabelsNotExtendableException(
        "the labels in %s cannot be extended: %s; label all views of the shard again"
            .formatted(info.uri(), why));
  }

  /** Takes the record batches in pieces and writes them to another file. Not thread-safe. */
  final class Copy {
    private final ChecksummedChannel out;
    private final List<LabelBlock> blocks;
    private final List<Long> checksums;
    private int next;
    private long left;

    /**
     * @param blocks takes each batch's place in the other file
     * @param checksums takes each batch's checksum
     */
    Copy(ChecksummedChannel out, List<LabelBlock> blocks, List<Long> checksums) {
      this.out = out;
      this.blocks = blocks;
      this.checksums = checksums;
      this.left = footer.blocks().isEmpty() ? 0 : footer.blocks().get(0).length();
    }

    void write(ByteBuffer bytes) throws IOException {
      while (bytes.hasRemaining()) {
        int piece = (int) Math.min(left, bytes.remaining());
        out.write(bytes.slice(bytes.position(), piece));
        bytes.position(bytes.position() + piece);
        left -= piece;
        if (left == 0) {
          end(footer.blocks().get(next));
        }
      }
    }

    private void end(LabelBlock block) {
      long checksum = out.takeChecksum();
      if (checksum != footer.checksums().get(next + 1)) {
        throw refuse("batch %d differs from its CRC-32C in the footer".formatted(next));
      }
      blocks.add(
          new LabelBlock(
              out.position() - block.length(), block.metadataLength(), block.bodyLength()));
      checksums.add(checksum);
      next++;
      left = next < footer.blocks().size() ? footer.blocks().get(next).length() : 0;
    }
  }
}
