import java.awt.image.BufferedImage;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import javax.imageio.ImageIO;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * Makes the bundled shards from Fashion-MNIST's own files: the first images of each part, as grey PNG
 * in gzipped WebDataset tars (a tar spends more on padding than these images take). From the root of the checkout, after a first {@code ./taustream --version}:
 *
 * <pre>
 * java -cp 'pipeline/target/distribution/lib/*' samples/fashion-mnist/MakeShards.java \
 *     /usr/share/datasets/fashion-mnist samples/fashion-mnist
 * </pre>
 */
class MakeShards {
  public static void main(String[] arguments) throws IOException {
    Path source = Path.of(arguments[0]);
    Path target = Path.of(arguments[1]);
    write(source, "train", target, "train", 6_000, 1_000);
    write(source, "t10k", target, "test", 1_000, 1_000);
  }

  private static void write(
      Path source, String part, Path target, String name, int count, int perShard)
      throws IOException {
    try (DataInputStream images = open(source.resolve(part + "-images-idx3-ubyte.gz"));
        DataInputStream labels = open(source.resolve(part + "-labels-idx1-ubyte.gz"))) {
      images.skipNBytes(8);
      int height = images.readInt();
      int width = images.readInt();
      labels.skipNBytes(8);
      for (int shard = 0; shard * perShard < count; shard++) {
        Path file = target.resolve("fashion-mnist-%s-%04d.tar.gz".formatted(name, shard));
        try (TarArchiveOutputStream tar =
            new TarArchiveOutputStream(new GZIPOutputStream(Files.newOutputStream(file)))) {
          for (int i = shard * perShard; i < Math.min(count, (shard + 1) * perShard); i++) {
            String key = "%s%06d".formatted(name, i);
            add(tar, key + ".png", png(images.readNBytes(width * height), width, height));
            byte[] label = Integer.toString(labels.readUnsignedByte()).getBytes(StandardCharsets.US_ASCII);
            add(tar, key + ".cls", label);
          }
        }
      }
    }
  }

  private static DataInputStream open(Path file) throws IOException {
    return new DataInputStream(
        new BufferedInputStream(new GZIPInputStream(Files.newInputStream(file))));
  }

  private static byte[] png(byte[] grey, int width, int height) throws IOException {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
    image.getRaster().setDataElements(0, 0, width, height, grey);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageIO.write(image, "png", bytes);
    return bytes.toByteArray();
  }

  private static void add(TarArchiveOutputStream tar, String name, byte[] content)
      throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name);
    entry.setSize(content.length);
    entry.setModTime(0L);
    tar.putArchiveEntry(entry);
    ((OutputStream) tar).write(content);
    tar.closeArchiveEntry();
  }
}
