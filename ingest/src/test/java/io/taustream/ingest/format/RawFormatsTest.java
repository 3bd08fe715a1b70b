package io.taustream.ingest.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taustream.storage.TaustreamException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The formats that hold plain pixels: idx and cifar. */
class RawFormatsTest {
  private static final String IMAGES = "train-images-idx3-ubyte";
  private static final String LABELS = "train-labels-idx1-ubyte";

  @TempDir private Path root;
  private Folder folder;

  @BeforeEach
  void openFolder() {
    folder = new Folder(root);
  }

  @AfterEach
  void closeFolder() {
    folder.close();
  }

  @Test
  void readsIdxAsGreyPixels() throws IOException {
    byte[] images = images(12, 12);
    byte[] labels = labels(12, 12);
    ShardReading reading = folder.put(IMAGES, images).put(LABELS, labels).reading(10, IMAGES);
    List<Sample> samples = reading.samples().collectList().block();
    assertThat(samples).extracting(Sample::key).startsWith("00", "01").endsWith("10", "11");
    assertThat(samples).extracting(Sample::label).startsWith(0, 1).endsWith(9, 0, 1);
    Payload.Pixels pixels = (Payload.Pixels) samples.get(1).payload();
    assertThat(pixels.width()).isEqualTo(3);
    assertThat(pixels.height()).isEqualTo(2);
    assertThat(pixels.rgb())
        .containsExactly(6, 6, 6, 7, 7, 7, 8, 8, 8, 9, 9, 9, 10, 10, 10, 11, 11, 11);
    assertThat(reading.crc32c()).isEqualTo(Folder.crc32c(images, labels));
    assertThat(reading.shard().size()).isEqualTo(images.length + labels.length);
  }

  @Test
  void readsGzippedIdxAndSumsUpItsRawBytes() throws IOException {
    byte[] images = Tars.gzip(images(12, 12));
    byte[] labels = Tars.gzip(labels(12, 12));
    folder.put(IMAGES + ".gz", images).put(LABELS + ".gz", labels);
    ShardReading reading = folder.reading(10, "*-ubyte.gz");
    assertThat(reading.samples().count().block()).isEqualTo(12);
    assertThat(reading.crc32c()).isEqualTo(Folder.crc32c(images, labels));
  }

  @Test
  void refusesIdxThatIsNotWhole() throws IOException {
    idxFails(images(5, 5), labels(4, 4), "holds 5 images, its labels file 4 labels");
    idxFails(images(5, 4), labels(5, 5), IMAGES + " is truncated at byte 40");
    idxFails(images(5, 5), labels(5, 4), LABELS + " is truncated at byte 12");
    idxFails(images(5, 6), labels(5, 5), IMAGES + " goes on behind the last item");
    idxFails(images(5, 5), labels(5, 6), LABELS + " goes on behind the last item");
    idxFails(labels(5, 5), labels(5, 5), IMAGES + " begins with 0x00000801, but 0x00000803");
    idxFails(images(5, 5), images(5, 5), LABELS + " begins with 0x00000803, but 0x00000801");
    idxFails(new byte[3], labels(5, 5), IMAGES + " is truncated at byte 3");
    byte[] wrong = labels(5, 5);
    wrong[12] = 77;
    idxFails(images(5, 5), wrong, "sample 4 has the label '77'");
  }

  @Test
  void refusesIdxWithoutLabels() throws IOException {
    folder.put(IMAGES, images(1, 1));
    assertThatThrownBy(() -> folder.open(10, IMAGES))
        .isInstanceOf(TaustreamException.class)
        .hasMessageContainingAll(IMAGES, LABELS);
  }

  @Test
  void readsCifar10() throws IOException {
    byte[] file = cifar(2, 1);
    ShardReading reading = folder.put("data_batch_1.bin", file).reading(10, "data_batch_*.bin");
    List<Sample> samples = reading.samples().collectList().block();
    assertThat(samples).extracting(Sample::label).containsExactly(0, 1);
    assertThat(samples).extracting(Sample::key).containsExactly("0", "1");
    Payload.Pixels pixels = (Payload.Pixels) samples.get(0).payload();
    assertThat(Arrays.copyOf(pixels.rgb(), 6)).containsExactly(10, 20, 30, 10, 20, 30);
    assertThat(pixels.rgb()).hasSize(3072);
    assertThat(reading.crc32c()).isEqualTo(Folder.crc32c(file));
  }

  @Test
  void readsTheFineLabelOfCifar100() throws IOException {
    List<Sample> samples = folder.put("train.bin", cifar(3, 2)).samples(100, "train.bin");
    assertThat(samples).extracting(Sample::label).containsExactly(0, 1, 2);
  }

  @Test
  void refusesCifarThatIsNotWhole() throws IOException {
    folder.put("a.bin", Arrays.copyOf(cifar(2, 1), 3073 + 5)).put("b.bin", new byte[0]);
    assertThatThrownBy(() -> folder.open(10, "a.bin")).hasMessageContainingAll("3078", "3073");
    assertThatThrownBy(() -> folder.open(10, "b.bin")).hasMessageContaining("0 bytes");
    assertThatThrownBy(() -> folder.open(7, "a.bin")).hasMessageContaining("7 classes");
  }

  private void idxFails(byte[] images, byte[] labels, String message) throws IOException {
    ShardReading reading = folder.put(IMAGES, images).put(LABELS, labels).reading(10, IMAGES);
    assertThatThrownBy(() -> reading.samples().blockLast())
        .isInstanceOf(TaustreamException.class)
        .hasMessageContaining(message);
  }

  /** Images of 2 rows and 3 columns whose bytes count up. */
  private static byte[] images(int stated, int real) {
    ByteBuffer file = ByteBuffer.allocate(16 + 6 * real);
    file.putInt(0x0803).putInt(stated).putInt(2).putInt(3);
    for (int i = 0; i < 6 * real; i++) {
      file.put((byte) i);
    }
    return file.array();
  }

  private static byte[] labels(int stated, int real) {
    ByteBuffer file = ByteBuffer.allocate(8 + real);
    file.putInt(0x0801).putInt(stated);
    for (int i = 0; i < real; i++) {
      file.put((byte) (i % 10));
    }
    return file.array();
  }

  /** Records whose planes are 10, 20 and 30 throughout; a coarse label, if any, is 19. */
  private static byte[] cifar(int count, int labelBytes) {
    ByteBuffer file = ByteBuffer.allocate(count * (labelBytes + 3072));
    for (int i = 0; i < count; i++) {
      if (labelBytes == 2) {
        file.put((byte) 19);
      }
      file.put((byte) i);
      for (int plane = 1; plane <= 3; plane++) {
        for (int pixel = 0; pixel < 1024; pixel++) {
          file.put((byte) (10 * plane));
        }
      }
    }
    return file.array();
  }
}
