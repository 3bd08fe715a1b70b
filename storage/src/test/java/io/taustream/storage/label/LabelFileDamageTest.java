package io.taustream.storage.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taustream.storage.TaustreamException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.ipc.ArrowFileReader;
import org.apache.arrow.vector.ipc.ArrowFileWriter;
import org.apache.arrow.vector.ipc.SeekableReadChannel;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.apache.arrow.vector.util.ByteArrayReadableSeekableByteChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A label file is whole, or it says what is wrong with it; and it is any Arrow reader's file. */
class LabelFileDamageTest {
  @TempDir Path folder;
  private RootAllocator allocator;
  private Labels labels;
  private byte[] bytes;
  private LabelFooter footer;

  @BeforeEach
  void writeOne() {
    allocator = new RootAllocator();
    labels = Labels.of(new DenseF16(), 2, 5, 40).withSkipped(3, 17);
    bytes = write(labels);
    footer = LabelFooter.parse(ByteBuffer.wrap(bytes), bytes.length, "test");
  }

  private byte[] write(Labels what) {
    MemoryObjectStore objects = new MemoryObjectStore();
    try (SoftLabelStore store =
        SoftLabelStore.open(
            objects, Labels.ROOT, what.set(), what.views(), folder, allocator, "1.0")) {
      what.store(store, allocator);
      return objects.get(store.location(what.shard()));
    }
  }

  @AfterEach
  void close() {
    allocator.close();
  }

  private LabelFile open(byte[] content) {
    try {
      return LabelFile.open(Files.write(folder.resolve("file.arrow"), content), allocator);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void detectsTruncationAtEveryStructuralBoundary() {
    TreeSet<Long> cuts = new TreeSet<>(List.of(0L, 6L, 8L, 16L, footer.headLength()));
    for (LabelBlock block : footer.blocks()) {
      cuts.addAll(
          List.of(block.offset() + 8, block.offset() + block.metadataLength(), block.end()));
    }
    long end = bytes.length;
    cuts.addAll(List.of(end - 1, end - 6, end - 10, end - 11, end - 500));
    for (long cut : cuts) {
      byte[] part = Arrays.copyOf(bytes, (int) cut);
      assertThatThrownBy(() -> open(part))
          .as("cut at %d of %d", cut, end)
          .isInstanceOf(DamagedLabelFileException.class)
          .hasMessageContaining("file.arrow");
    }
  }

  @Test
  void detectsBytesThatAreMissingOrExtraInTheMiddle() {
    int cut = (int) footer.blocks().get(1).offset();
    for (int extra : new int[] {-64, 64}) {
      byte[] changed = new byte[bytes.length + extra];
      System.arraycopy(bytes, 0, changed, 0, cut);
      int from = cut + Math.max(0, -extra);
      int to = cut + Math.max(0, extra);
      System.arraycopy(bytes, from, changed, to, bytes.length - from);
      assertThatThrownBy(() -> open(changed)).isInstanceOf(DamagedLabelFileException.class);
    }
  }

  @Test
  void detectsAFlippedBitAnywhereBeforeTheFooter() {
    int end =
        bytes.length - 2 - LabelFooter.lengthFromTail(ByteBuffer.wrap(bytes), bytes.length, "");
    Random random = new Random(5);
    for (int i = 0; i < 400; i++) {
      // The end marker's eight bytes say nothing that the footer does not.
      int at = random.nextInt(end - LabelFileFormat.END_OF_STREAM_BYTES);
      byte[] changed = bytes.clone();
      changed[at] ^= (byte) (1 << random.nextInt(8));
      assertThat(isRefused(changed)).as("bit flipped at %d", at).isTrue();
    }
  }

  private boolean isRefused(byte[] content) {
    try (LabelFile file = open(content)) {
      return !file.verify().isEmpty();
    } catch (TaustreamException e) {
      return true;
    }
  }

  @Test
  void aFlippedBitInTheFooterIsRefusedOrChangesNothing() {
    int from = bytes.length - LabelFooter.lengthFromTail(ByteBuffer.wrap(bytes), bytes.length, "");
    Random random = new Random(6);
    for (int i = 0; i < 400; i++) {
      byte[] changed = bytes.clone();
      changed[from + random.nextInt(bytes.length - from)] ^= (byte) (1 << random.nextInt(8));
      if (!isRefused(changed)) {
        LabelFooter read = LabelFooter.parse(ByteBuffer.wrap(changed), changed.length, "test");
        assertThat(read).isEqualTo(footer);
      }
    }
  }

  @Test
  void verifyNamesFileBatchAndRow() {
    try (LabelFile file = open(withInfinity(2))) {
      assertThat(file.verify())
          .extracting(LabelProblem::toString)
          .hasSize(2)
          .anySatisfy(p -> assertThat(p).contains("file.arrow, batch 1: ", "CRC-32C"))
          .anySatisfy(
              p -> assertThat(p).contains("file.arrow, batch 1, row 2: ", "class 1", "Inf"));
      assertThatThrownBy(() -> file.logits(2, 1, new float[5]))
          .isInstanceOf(DamagedLabelFileException.class)
          .hasMessageContainingAll("file.arrow, batch 1, row 2 ", "view 1", "sample 2");
      FloatBuffer view = FloatBuffer.allocate(5 * 38);
      assertThat(file.scan(0).next(view)).isEqualTo(38);
      assertThatThrownBy(() -> file.scan(1).next(view.clear()))
          .isInstanceOf(DamagedLabelFileException.class)
          .hasMessageContainingAll("file.arrow, batch 1, row 2 ", "view 1", "sample 2");
    }
  }

  /** The file with infinity as class 1 of a row of the second batch. */
  private byte[] withInfinity(int row) {
    byte[] changed = bytes.clone();
    LabelBlock block = footer.blocks().get(1);
    LabelBatchLayout layout =
        new LabelBatchLayout(38, keyBytes(), labels.set().encoding().columns(5));
    int logits = (int) (block.offset() + block.metadataLength() + layout.offset(11));
    changed[logits + (row * 5 + 1) * 2] = 0;
    changed[logits + (row * 5 + 1) * 2 + 1] = 0x7c;
    return changed;
  }

  @Test
  void aRowBehindSamplesWithoutLabelsIsNamedByItsSample() {
    String[] expected = {"file.arrow, batch 1, row 20 ", "view 1", "sample 22"};
    try (LabelFile file = open(withInfinity(20))) {
      assertThatThrownBy(() -> file.logits(22, 1, new float[5]))
          .isInstanceOf(DamagedLabelFileException.class)
          .hasMessageContainingAll(expected);
      LabelScan scan = file.scan(1);
      assertThat(scan.next(FloatBuffer.allocate(5 * 20))).isEqualTo(20);
      assertThatThrownBy(() -> scan.next(FloatBuffer.allocate(5 * 18)))
          .isInstanceOf(DamagedLabelFileException.class)
          .hasMessageContainingAll(expected);
    }
  }

  private long keyBytes() {
    return labels.ordinals().stream()
        .mapToLong(o -> labels.key(o).getBytes(StandardCharsets.UTF_8).length)
        .sum();
  }

  @Test
  void refusesALaterFormat() {
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    byte[] changed = bytes.clone();
    int value = text.lastIndexOf("taustream.format");
    // Flatbuffers store the value before its key or behind it: the only lone "1" nearby.
    for (int at = value - 32; at < value + 48; at++) {
      if (changed[at] == '1' && changed[at + 1] == 0 && changed[at - 4] == 1) {
        changed[at] = '9';
      }
    }
    assertThatThrownBy(() -> open(changed))
        .isInstanceOf(TaustreamException.class)
        .isNotInstanceOf(DamagedLabelFileException.class)
        .hasMessageContaining("label format 9");
  }

  @Test
  void refusesAnArrowFileOfAnotherLayout() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Schema schema = new Schema(LabelFileFormat.fields(labels.set()), footer.metadata().toMap());
    try (VectorSchemaRoot root = VectorSchemaRoot.create(schema, allocator);
        ArrowFileWriter writer = new ArrowFileWriter(root, null, Channels.newChannel(out))) {
      writer.start();
      writer.end();
    }
    assertThatThrownBy(() -> open(out.toByteArray()))
        .isInstanceOf(DamagedLabelFileException.class)
        .hasMessageContaining("record batches");
    assertThatThrownBy(
            () -> open("no Arrow file at all, but text".getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(DamagedLabelFileException.class)
        .hasMessageContaining("ARROW1");
    assertThatThrownBy(() -> LabelFile.open(folder.resolve("none.arrow"), allocator))
        .isInstanceOf(LabelsMissingException.class);
  }

  @Test
  void refusesTopKLabelsWithoutTheMomentsOfTheRest() throws IOException {
    LabelSet set = Labels.set(new TopK(2, List.of(4f, 1f)), 5);
    List<Field> fields = LabelFileFormat.fields(set);
    byte[] content = withFields(set, fields.subList(0, fields.size() - 1));

    assertThatThrownBy(() -> open(content))
        .isInstanceOf(DamagedLabelFileException.class)
        .hasMessageContainingAll("[rest_moments]", "top-k", "label the shard again");
  }

  @Test
  void refusesTopKLabelsWithWideClassNumbers() throws IOException {
    LabelSet set = Labels.set(new TopK(2, List.of(4f, 1f)), 5);
    List<Field> fields = new ArrayList<>(LabelFileFormat.fields(set));
    fields.set(4, ClassNumber.INT32.column("top_index", 2).field());
    byte[] content = withFields(set, fields);

    assertThatThrownBy(() -> open(content))
        .isInstanceOf(DamagedLabelFileException.class)
        .hasMessageContainingAll("top_index", "Int(32, true)", "label the shard again");
  }

  private byte[] withFields(LabelSet set, List<Field> fields) throws IOException {
    LabelMetadata metadata =
        new LabelMetadata(
            set, 1, "train-0000.tar", 12345, Labels.CRC, 0, 0, List.of(), "taustream 1.0");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Schema schema = new Schema(fields, metadata.toMap());
    try (VectorSchemaRoot root = VectorSchemaRoot.create(schema, allocator);
        ArrowFileWriter writer = new ArrowFileWriter(root, null, Channels.newChannel(out))) {
      writer.start();
      writer.end();
    }
    return out.toByteArray();
  }

  @Test
  void readingAfterCloseFails() {
    LabelFile file = open(bytes);
    file.close();
    assertThatThrownBy(() -> file.logits(0, 0, new float[5]))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }

  @Test
  void arrowsOwnReaderReadsTheSameRows() throws IOException {
    for (LabelEncoding encoding :
        List.of(new DenseF16(), new DenseF32(), new TopK(2, List.of(4f, 1f)))) {
      Labels some = Labels.of(encoding, 2, 5, 40).withSkipped(3, 17);
      byte[] content = write(some);
      try (LabelFile file = open(content);
          ArrowFileReader reader =
              new ArrowFileReader(
                  new SeekableReadChannel(new ByteArrayReadableSeekableByteChannel(content)),
                  allocator)) {
        VectorSchemaRoot root = reader.getVectorSchemaRoot();
        assertThat(root.getSchema().getCustomMetadata()).isEqualTo(file.metadata().toMap());
        for (int view = 0; view < 2; view++) {
          assertThat(reader.loadNextBatch()).isTrue();
          assertThat(root.getRowCount()).isEqualTo(38);
          requireSame(some, root, file, view);
        }
        assertThat(reader.loadNextBatch()).isFalse();
      }
    }
  }

  private static void requireSame(Labels some, VectorSchemaRoot root, LabelFile file, int view) {
    List<Integer> ordinals = some.ordinals();
    for (int row = 0; row < ordinals.size(); row++) {
      int ordinal = ordinals.get(row);
      assertThat(root.getVector("key").getObject(row)).hasToString(some.key(ordinal));
      assertThat(root.getVector("label").getObject(row)).isEqualTo(file.label(ordinal));
      assertThat(root.getVector("view").getObject(row)).isEqualTo((char) view);
      assertThat(root.getVector("view_seed").getObject(row))
          .isEqualTo(file.viewSeed(ordinal, view));
      if (some.set().encoding() instanceof TopK) {
        FixedSizeListVector index = (FixedSizeListVector) root.getVector("top_index");
        FixedSizeListVector moments = (FixedSizeListVector) root.getVector("rest_moments");
        TopKColumns own = TopKColumns.allocate(1, (TopK) some.set().encoding());
        file.topK(ordinal, view, own);
        for (int i = 0; i < own.indices().capacity(); i++) {
          assertThat(index.getObject(row).get(i)).isEqualTo((char) own.indices().get(i));
        }
        assertThat(moments.getObject(row).get(0)).isEqualTo(own.restMoments().get(0));
        assertThat(moments.getObject(row).get(1)).isEqualTo(own.restMoments().get(1));
      } else if (some.set().encoding() instanceof DenseF32) {
        FixedSizeListVector logits = (FixedSizeListVector) root.getVector("logits");
        float[] own = new float[5];
        file.logits(ordinal, view, own);
        for (int c = 0; c < 5; c++) {
          assertThat(logits.getObject(row).get(c)).isEqualTo(own[c]);
        }
      }
    }
  }
}
