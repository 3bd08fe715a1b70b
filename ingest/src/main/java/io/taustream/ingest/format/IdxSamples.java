package io.taustream.ingest.format;

import io.taustream.storage.sample.Shard;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Reads an IDX images file and its labels side by side. All numbers are big-endian:
 *
 * <pre>
 * images: int32 0x00000803 | int32 count | int32 rows | int32 columns | count × rows × columns uint8
 * labels: int32 0x00000801 | int32 count | count × uint8
 * </pre>
 *
 * <p>A grey value becomes three equal channels. The shard's checksum is that of the images file's
 * raw bytes, then the labels file's. Not thread-safe.
 */
final class IdxSamples implements SampleReader {
  private static final int IMAGES = 0x0803;
  private static final int LABELS = 0x0801;
  private static final int LARGEST_SIDE = 4096;

  private final Shard shard;
  private final IdxFile images;
  private final IdxFile labels;
  private final Supplier<InputStream> rawLabels;
  private final int classes;
  private final ShardBytes bytes;
  private final int count;
  private final int rows;
  private final int columns;
  private final OrdinalKey keys;
  private int ordinal;

  /**
   * Reads both headers.
   *
   * @param rawLabels the labels file again, counted into the shard's checksum
   */
  IdxSamples(
      Shard shard,
      IdxFile images,
      IdxFile labels,
      Supplier<InputStream> rawLabels,
      int classes,
      ShardBytes bytes) {
    this.shard = shard;
    this.images = images;
    this.labels = labels;
    this.rawLabels = rawLabels;
    this.classes = classes;
    this.bytes = bytes;
    images.expectMagic(IMAGES);
    count = images.readInt();
    rows = images.readInt();
    columns = images.readInt();
    labels.expectMagic(LABELS);
    int labelCount = labels.readInt();
    if (count != labelCount || count < 1) {
      throw images.fault(
          "holds "
              + count
              + " images, its labels file "
              + labelCount
              + " labels; as many, and at least one, are expected");
    }
    if (rows < 1 || columns < 1 || rows > LARGEST_SIDE || columns > LARGEST_SIDE) {
      throw images.fault(
          "has images of "
              + rows
              + " × "
              + columns
              + " pixels; sides from 1 to "
              + LARGEST_SIDE
              + " are allowed");
    }
    keys = OrdinalKey.upTo(count);
  }

  @Override
  public Optional<Sample> next() throws IOException {
    if (ordinal == count) {
      images.expectEnd();
      labels.expectEnd();
      try (InputStream again = rawLabels.get()) {
        again.transferTo(OutputStream.nullOutputStream());
      }
      return Optional.empty();
    }
    String key = keys.of(ordinal);
    byte[] grey = images.read(rows * columns);
    int label = bytes.checkLabel(key, Byte.toUnsignedInt(labels.read(1)[0]), classes);
    Payload pixels = new Payload.Pixels(columns, rows, toRgb(grey));
    return Optional.of(new Sample(shard, ordinal++, key, label, pixels));
  }

  private static byte[] toRgb(byte[] grey) {
    byte[] rgb = new byte[3 * grey.length];
    for (int i = 0; i < grey.length; i++) {
      rgb[3 * i] = grey[i];
      rgb[3 * i + 1] = grey[i];
      rgb[3 * i + 2] = grey[i];
    }
    return rgb;
  }

  @Override
  public void close() throws IOException {
    try (images) {
      labels.close();
    }
  }
}
