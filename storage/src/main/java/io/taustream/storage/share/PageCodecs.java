package io.taustream.storage.share;

import com.github.luben.zstd.Zstd;
import io.taustream.storage.TaustreamException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.GZIPInputStream;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.xerial.snappy.Snappy;

/**
 * Compression of Parquet pages without Hadoop's codecs: writes Zstandard, reads that, Snappy (what
 * pyarrow writes unless told otherwise), gzip and none.
 */
record PageCodecs() implements CompressionCodecFactory {
  private static final int LEVEL = 3;

  @Override
  public BytesInputCompressor getCompressor(CompressionCodecName codec) {
    if (codec != CompressionCodecName.ZSTD) {
      throw new IllegalArgumentException("label files are shared with ZSTD, not " + codec);
    }
    return new ZstdPages();
  }

  @Override
  public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
    return switch (codec) {
      case UNCOMPRESSED -> new Pages((page, size) -> page);
      case ZSTD -> new Pages(Zstd::decompress);
      case SNAPPY -> new Pages((page, size) -> Snappy.uncompress(page));
      case GZIP -> new Pages(PageCodecs::gunzip);
      default ->
          throw new TaustreamException(
              "its columns are compressed as %s; write it with zstd, snappy, gzip or none"
                  .formatted(codec));
    };
  }

  private static byte[] bytes(BytesInput page) throws IOException {
    return page.toInputStream().readAllBytes();
  }

  private static byte[] gunzip(byte[] page, int size) throws IOException {
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(page))) {
      return in.readNBytes(size);
    }
  }

  @Override
  public void release() {}

  private record ZstdPages() implements BytesInputCompressor {
    @Override
    public BytesInput compress(BytesInput page) throws IOException {
      return BytesInput.from(Zstd.compress(bytes(page), LEVEL));
    }

    @Override
    public CompressionCodecName getCodecName() {
      return CompressionCodecName.ZSTD;
    }

    @Override
    public void release() {}
  }

  @FunctionalInterface
  private interface Unpacking {
    byte[] unpack(byte[] page, int size) throws IOException;
  }

  private record Pages(Unpacking unpacking) implements BytesInputDecompressor {
    @Override
    public BytesInput decompress(BytesInput page, int size) throws IOException {
      byte[] bytes = unpacking.unpack(bytes(page), size);
      if (bytes.length != size) {
        throw new IOException("a page has %d bytes instead of %d".formatted(bytes.length, size));
      }
      return BytesInput.from(bytes);
    }

    @Override
    public void decompress(ByteBuffer page, int packed, ByteBuffer target, int size)
        throws IOException {
      byte[] bytes = new byte[packed];
      page.get(bytes);
      target.put(bytes(decompress(BytesInput.from(bytes), size)));
    }

    @Override
    public void release() {}
  }
}
