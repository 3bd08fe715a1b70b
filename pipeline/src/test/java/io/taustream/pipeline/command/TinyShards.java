package io.taustream.pipeline.command;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import javax.imageio.ImageIO;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** WebDataset shards of small PNG images whose colour gives their class away. */
final class TinyShards {
  static final int CLASSES = 3;
  static final int SIZE = 16;

  /** Above this, noise: the classes can be told apart, but not by one pixel. */
  private static final int BRIGHT = 120;

  private TinyShards() {}

  /** Writes a shard of {@code count} samples, numbered from {@code first}; their bytes follow. */
  static void write(Path file, int first, int count) {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    for (int i = first; i < first + count; i++) {
      addSample(entries, "sample-%04d".formatted(i), png(i % CLASSES, i), i % CLASSES);
    }
    write(file, entries);
  }

  static void addSample(Map<String, byte[]> entries, String key, byte[] image, int label) {
    entries.put(key + ".png", image);
    entries.put(key + ".cls", Integer.toString(label).getBytes(StandardCharsets.US_ASCII));
  }

  static void write(Path file, Map<String, byte[]> entries) {
    try {
      Files.createDirectories(file.getParent());
      Files.write(file, tar(entries));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static byte[] tar(Map<String, byte[]> entries) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> file : entries.entrySet()) {
        TarArchiveEntry entry = new TarArchiveEntry(file.getKey(), true);
        entry.setSize(file.getValue().length);
        // The shard's bytes, and so its checksum, are the same whenever it is made.
        entry.setModTime(0L);
        tar.putArchiveEntry(entry);
        tar.write(file.getValue());
        tar.closeArchiveEntry();
      }
    }
    return bytes.toByteArray();
  }

  /** An image in which the channel {@code label} is bright. */
  static byte[] png(int label, long seed) {
    Random random = new Random(seed);
    BufferedImage image = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < SIZE; y++) {
      for (int x = 0; x < SIZE; x++) {
        int rgb = 0;
        for (int channel = 0; channel < CLASSES; channel++) {
          int value = random.nextInt(BRIGHT) + (channel == label ? BRIGHT : 0);
          rgb = rgb << 8 | value;
        }
        image.setRGB(x, y, rgb);
      }
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "png", bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
