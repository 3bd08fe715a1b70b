package io.taustream.storage.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taustream.storage.TaustreamException;
import io.taustream.storage.sample.SampleView;
import java.io.IOException;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterTry;
import net.jqwik.api.lifecycle.BeforeTry;
import org.apache.arrow.memory.RootAllocator;
import org.assertj.core.data.Offset;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Any labels, in any order that a labelling may append them, read back as they were. */
class LabelRoundTripTest {
  private RootAllocator allocator;
  private MemoryObjectStore objects;
  private Path scratch;

  @BeforeEach
  @BeforeTry
  void open() throws IOException {
    allocator = new RootAllocator();
    objects = new MemoryObjectStore();
    scratch = Files.createTempDirectory("labels-test");
  }

  @AfterEach
  @AfterTry
  void close() throws IOException {
    allocator.close();
    ScratchFolder.delete(scratch);
  }

  private SoftLabelStore store(Labels labels) {
    return SoftLabelStore.open(
        objects, Labels.ROOT, labels.set(), labels.views(), scratch, allocator, "1.0");
  }

  @Provide
  Arbitrary<LabelEncoding> encodings() {
    return Arbitraries.of(
        new DenseF16(),
        new DenseF32(),
        new TopK(3, List.of(4f, 1f)),
        new TopK(1, List.of(2f)),
        new Sampled(5, 1, List.of(1f, 4f)),
        new Sampled(300, 4, List.of(1f, 4f)));
  }

  @Property(tries = 40)
  void readsBackWhateverTheInterleaving(
      @ForAll("encodings") LabelEncoding encoding,
      @ForAll @IntRange(min = 1, max = 4) int views,
      @ForAll @IntRange(min = 4, max = 12) int classes,
      @ForAll @IntRange(max = 60) int samples,
      @ForAll long seed) {
    Random random = new Random(seed);
    TreeSet<Integer> skipped = new TreeSet<>();
    random.ints(samples / 5, 0, Math.max(1, samples)).forEach(skipped::add);
    if (samples == 0) {
      skipped.clear();
    }
    Labels labels =
        new Labels(
            Labels.set(encoding, classes), views, Labels.shard("s.tar"), samples, skipped, seed);
    try (SoftLabelStore store = store(labels)) {
      try (LabelFileWriter writer = store.begin(labels.shard())) {
        appendShuffled(labels, writer, random);
        writer.commit(Labels.CRC, skipped).block();
      }
      byte[] shuffled = objects.get(store.location(labels.shard()));
      try (LabelFile file = store.open(labels.shard()).block()) {
        requireSame(labels, file);
        assertThat(file.verify()).isEmpty();
      }

      objects.delete(store.location(labels.shard())).block();
      labels.store(store, allocator);
      assertThat(objects.get(store.location(labels.shard())))
          .as("the same labels in another batching")
          .isEqualTo(shuffled);
    }
  }

  /** Each view advances at random; batches mix views and have any size. */
  private void appendShuffled(Labels labels, LabelFileWriter writer, Random random) {
    List<Integer> ordinals = labels.ordinals();
    int views = labels.views();
    int[] next = new int[views];
    int left = ordinals.size() * views;
    List<SampleView> batch = new ArrayList<>();
    while (left > 0) {
      int view = random.nextInt(views);
      int run = 1 + random.nextInt(5);
      for (; run > 0 && next[view] < ordinals.size(); run--, left--) {
        batch.add(labels.row(ordinals.get(next[view]++), view));
      }
      if (random.nextBoolean()) {
        labels.append(writer, batch, allocator);
        batch.clear();
      }
    }
    labels.append(writer, batch, allocator);
  }

  private void requireSame(Labels labels, LabelFile file) {
    assertThat(file.samples()).isEqualTo(labels.samples());
    assertThat(file.rows()).isEqualTo((long) labels.ordinals().size() * labels.views());
    assertThat(file.metadata().skipped()).containsExactlyElementsOf(labels.skipped());
    assertThat(file.has(-1)).isFalse();
    assertThat(file.has(labels.samples())).isFalse();
    float[] logits = new float[labels.set().classes()];
    for (int ordinal = 0; ordinal < labels.samples(); ordinal++) {
      assertThat(file.has(ordinal)).isEqualTo(!labels.skipped().contains(ordinal));
      if (!file.has(ordinal)) {
        int missing = ordinal;
        assertThatThrownBy(() -> file.key(missing)).isInstanceOf(LabelsMissingException.class);
        continue;
      }
      assertThat(file.key(ordinal)).isEqualTo(labels.key(ordinal));
      assertThat(file.label(ordinal)).isEqualTo(labels.row(ordinal, 0).label());
      for (int view = 0; view < labels.views(); view++) {
        file.logits(ordinal, view, logits);
        assertThat(logits).isEqualTo(labels.expected(ordinal, view, allocator));
        assertThat(file.viewSeed(ordinal, view)).isEqualTo(labels.row(ordinal, view).viewSeed());
      }
    }
    for (int view = 0; view < labels.views(); view++) {
      requireScan(labels, file, view, 3 * logits.length + 1);
    }
  }

  /** All rows of a view, as many at a time as fit into so many floats. */
  private void requireScan(Labels labels, LabelFile file, int view, int floats) {
    int classes = labels.set().classes();
    int fit = floats / classes;
    FloatBuffer logits = FloatBuffer.allocate(floats);
    float[] row = new float[classes];
    LabelScan scan = file.scan(view);
    int left = labels.ordinals().size();
    for (int ordinal : labels.ordinals()) {
      if (logits.position() == 0) {
        assertThat(scan.next(logits)).isEqualTo(Math.min(left, fit));
        assertThat(logits.position()).isEqualTo(Math.min(left, fit) * classes);
        logits.flip();
      }
      logits.get(row);
      assertThat(row).isEqualTo(labels.expected(ordinal, view, allocator));
      left--;
      if (!logits.hasRemaining()) {
        logits.clear();
      }
    }
    assertThat(scan.next(logits.clear())).isZero();
  }

  @Test
  void spansSeveralBatchesAndMappingsOfAView() throws IOException {
    Labels labels = Labels.of(new DenseF16(), 3, 4, 9000).withSkipped(0, 4096, 8999);
    try (SoftLabelStore store = store(labels)) {
      try (LabelFileWriter writer = store.begin(labels.shard())) {
        labels.appendTo(writer, 500, allocator);
        writer.commit(Labels.CRC, labels.skipped()).block();
      }
      Path copy = scratch.resolve("copy.arrow");
      Files.write(copy, objects.get(store.location(labels.shard())));
      for (long segment : new long[] {1, 150_000, Long.MAX_VALUE}) {
        try (LabelFile file = open(copy, segment)) {
          assertThat(file.verify()).isEmpty();
          float[] logits = new float[4];
          for (int ordinal : new int[] {1, 4095, 4097, 4098, 8194, 8998}) {
            file.logits(ordinal, 2, logits);
            assertThat(logits).isEqualTo(labels.expected(ordinal, 2, allocator));
            assertThat(file.key(ordinal)).isEqualTo(labels.key(ordinal));
          }
          requireScan(labels, file, 2, 4 * 1500);
          requireScan(labels, file, 1, 4 * 9000);
        }
      }
    }
  }

  private LabelFile open(Path file, long segment) {
    return LabelFile.open(file, new DecompressedBatches(allocator, 1 << 20), segment);
  }

  @Test
  void shortensBatchesOfVeryManyClasses() {
    int classes = 1_500_000;
    Labels labels = Labels.of(new DenseF32(), 1, classes, 3);
    try (SoftLabelStore store = store(labels)) {
      try (LabelFileWriter writer = store.begin(labels.shard())) {
        labels.appendTo(writer, 2, allocator);
        writer.commit(Labels.CRC, List.of()).block();
      }
      try (LabelFile file = store.open(labels.shard()).block()) {
        float[] logits = new float[classes];
        file.logits(2, 0, logits);
        assertThat(logits).isEqualTo(labels.logits(2, 0));
        requireScan(labels, file, 0, 2 * classes);
      }
    }
  }

  @Test
  void keepsTheTopClassesAndTheExactMassOfTheRest() {
    List<Float> temperatures = List.of(4f, 1f);
    TopK encoding = new TopK(3, temperatures);
    Labels labels = Labels.of(encoding, 1, 20, 30);
    try (SoftLabelStore store = store(labels)) {
      labels.store(store, allocator);
      try (LabelFile file = store.open(labels.shard()).block()) {
        for (int ordinal = 0; ordinal < 30; ordinal++) {
          float[] teacher = labels.logits(ordinal, 0);
          TopKColumns label = TopKColumns.allocate(1, encoding);
          file.topK(ordinal, 0, label);
          requireTopK(teacher, label, temperatures);
          float[] dense = new float[20];
          file.logits(ordinal, 0, dense);
          double rest = 0;
          for (int c = 0; c < 20; c++) {
            int index = c;
            boolean top = Arrays.stream(label.indices().array()).anyMatch(i -> i == index);
            rest += top ? 0 : Math.exp(dense[c] / 4.0);
          }
          assertThat(Math.log(rest)).isCloseTo(label.restLogSumExp().get(0), within(1e-5));
        }
      }
    }
  }

  @Test
  void keepsFiniteMomentsOfAnyRest() {
    for (float[] logits :
        new float[][] {
          {9, 3, 3, 3}, {9, -1e30f, 1, 2}, {9, -Float.MAX_VALUE, -Float.MAX_VALUE, -Float.MAX_VALUE}
        }) {
      ByteBuffer row = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
      int[] bases = {0, 2, 4, 8};
      ByteBuffer[] columns = new ByteBuffer[4];
      for (int i = 0; i < 4; i++) {
        columns[i] = row.slice(bases[i], row.capacity() - bases[i]).order(ByteOrder.LITTLE_ENDIAN);
      }
      TopK encoding = new TopK(1, List.of(4f));
      encoding.encode(FloatBuffer.wrap(logits), 4, 0, columns);

      assertThat(encoding.inspect(row, bases, 0, 4)).isNull();
      double mean = ((double) logits[1] + logits[2] + logits[3]) / 3;
      assertThat(row.getFloat(8)).isEqualTo((float) mean);
      assertThat(row.getFloat(12)).isEqualTo(logits[1] == -1e30f ? Float.MAX_VALUE : 0f);
    }
  }

  @Test
  void aBatchThatCannotBeMadeGivesItsMemoryBack() {
    List<SampleView> rows = List.of(new SampleView("s.tar", 0, "k", 0, 0, 0));
    TopK encoding = new TopK(3, List.of(1f));

    assertThatThrownBy(() -> new TopKLabelBatch(rows, 3, encoding, allocator.buffer(64)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new TopKLabelBatch(rows, 9, encoding, allocator.buffer(16)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(allocator.getAllocatedMemory()).isZero();
  }

  @Test
  void readsTopKLabelsIntoABatchInPlace() {
    TopK encoding = new TopK(3, List.of(4f, 1f));
    Labels labels = Labels.of(encoding, 1, 20, 5);
    try (SoftLabelStore store = store(labels)) {
      labels.store(store, allocator);
      List<SampleView> rows = List.of(labels.row(4, 0), labels.row(1, 0));
      try (LabelFile file = store.open(labels.shard()).block();
          TopKLabelBatch batch =
              new TopKLabelBatch(
                  rows, 20, encoding, allocator.buffer(TopKLabelBatch.bytes(2, encoding)))) {
        TopKColumns columns = batch.columns();
        for (SampleView row : rows) {
          file.topK(row.ordinal(), row.view(), columns);
        }

        assertThat(
                List.of(
                    columns.indices(),
                    columns.logits(),
                    columns.restLogSumExp(),
                    columns.restMoments()))
            .noneMatch(Buffer::hasRemaining);
        for (int row = 0; row < 2; row++) {
          TopKColumns label = TopKColumns.allocate(1, encoding);
          file.topK(rows.get(row).ordinal(), 0, label);
          requireTopK(labels.logits(rows.get(row).ordinal(), 0), label, List.of(4f, 1f));
          assertThat(columns.indices().slice(3 * row, 3)).isEqualTo(label.indices().flip());
          assertThat(columns.logits().slice(3 * row, 3)).isEqualTo(label.logits().flip());
          assertThat(columns.restLogSumExp().slice(2 * row, 2))
              .isEqualTo(label.restLogSumExp().flip());
          assertThat(columns.restMoments().slice(2 * row, 2)).isEqualTo(label.restMoments().flip());
        }
      }
    }
  }

  @Test
  void refusesATopKLabelThatNamesAClassTwice() {
    TopK encoding = new TopK(2, List.of(1f));
    ByteBuffer row = ByteBuffer.allocate(20).order(ByteOrder.LITTLE_ENDIAN);
    row.putShort((short) 3).putShort((short) 3).putShort((short) 0).putShort((short) 0).putFloat(1);

    assertThat(wrong(encoding, row)).contains("there twice");
  }

  @Test
  void refusesATopKLabelWhoseLogitsRise() {
    TopK encoding = new TopK(2, List.of(1f));
    ByteBuffer row = ByteBuffer.allocate(20).order(ByteOrder.LITTLE_ENDIAN);
    row.putShort((short) 3)
        .putShort((short) 4)
        .putShort((short) 0x3c00)
        .putShort((short) 0x4000)
        .putFloat(1);

    assertThat(wrong(encoding, row)).contains("rises from 1.0 to 2.0");
  }

  @Test
  void refusesATopKLabelWithAVarianceBelowZero() {
    TopK encoding = new TopK(2, List.of(1f));
    ByteBuffer row = ByteBuffer.allocate(20).order(ByteOrder.LITTLE_ENDIAN);
    row.putShort((short) 3).putShort((short) 4).putShort((short) 0).putShort((short) 0);
    row.putFloat(1).putFloat(2).putFloat(-1);

    assertThat(wrong(encoding, row)).contains("mean 2.0 and variance -1.0");
  }

  /** What reading the row says, and inspecting it too. */
  private static String wrong(TopK encoding, ByteBuffer row) {
    int[] bases = {0, 4, 8, 12};
    String found = encoding.read(row, bases, 0, 5, TopKColumns.allocate(1, encoding));
    assertThat(encoding.inspect(row, bases, 0, 5)).isEqualTo(found);
    return found;
  }

  private static void requireTopK(float[] teacher, TopKColumns label, List<Float> temperatures) {
    List<Integer> order = new ArrayList<>();
    for (int c = 0; c < teacher.length; c++) {
      order.add(c);
    }
    order.sort((a, b) -> Float.compare(teacher[b], teacher[a]));
    int k = label.indices().capacity();
    for (int i = 0; i < k; i++) {
      assertThat(label.indices().get(i)).isEqualTo(order.get(i));
      assertThat(label.logits().get(i))
          .isCloseTo(teacher[order.get(i)], Percentage.withPercentage(0.05));
    }
    for (int t = 0; t < temperatures.size(); t++) {
      double sum = 0;
      for (int c : order.subList(k, order.size())) {
        sum += Math.exp(teacher[c] / temperatures.get(t));
      }
      assertThat((double) label.restLogSumExp().get(t)).isCloseTo(Math.log(sum), within(1e-5));
    }
    double[] rest = order.subList(k, order.size()).stream().mapToDouble(c -> teacher[c]).toArray();
    double mean = Arrays.stream(rest).average().orElseThrow();
    double variance = Arrays.stream(rest).map(x -> (x - mean) * (x - mean)).average().orElseThrow();
    assertThat((double) label.restMoments().get(0)).isCloseTo(mean, within(1e-7 * Math.abs(mean)));
    assertThat((double) label.restMoments().get(1)).isCloseTo(variance, within(1e-7 * variance));
  }

  private static Offset<Double> within(double offset) {
    return Offset.offset(offset);
  }

  @Test
  void breaksTiesOfTopLogitsByRisingClass() {
    ByteBuffer[] columns = {
      ByteBuffer.allocate(6), ByteBuffer.allocate(6), ByteBuffer.allocate(4), ByteBuffer.allocate(8)
    };
    float[] logits = {1, 5, 2, 5, 5, 2};
    new TopK(3, List.of(1f)).encode(FloatBuffer.wrap(logits), 6, 0, columns);
    columns[0].flip();
    assertThat(List.of(columns[0].getShort(), columns[0].getShort(), columns[0].getShort()))
        .containsExactly((short) 1, (short) 3, (short) 4);
  }

  @Test
  void keepsTheTopTenOfAThousandClassesInEightyBytes() {
    Labels labels = Labels.of(new TopK(10, List.of(1f, 2f, 4f, 8f)), 2, 1000, 1000);
    try (SoftLabelStore store = store(labels)) {
      labels.store(store, allocator);
      long bytes = objects.get(store.location(labels.shard())).length;
      long keys = 0;
      for (int ordinal : labels.ordinals()) {
        keys += Integer.BYTES + labels.key(ordinal).getBytes(StandardCharsets.UTF_8).length;
      }

      // Key and view seed apart; footer, schema and padding included.
      assertThat(bytes / 2000.0 - keys / 1000.0 - Long.BYTES).isLessThanOrEqualTo(80);
    }
  }

  @Test
  void keepsClassesBeyondSixteenBits() {
    for (int classes : new int[] {65_536, 65_537}) {
      TopK encoding = new TopK(2, List.of(1f));
      float[] logits = new float[classes];
      logits[classes - 1] = 2;
      logits[40_000] = 1;
      ByteBuffer row = ByteBuffer.allocate(encoding.bytesPerRow(classes));
      row.order(ByteOrder.LITTLE_ENDIAN);
      int width = encoding.columns(classes).get(0).rowBytes();
      int[] bases = {0, width, width + 4, width + 8};
      ByteBuffer[] columns = new ByteBuffer[4];
      for (int i = 0; i < 4; i++) {
        columns[i] = row.slice(bases[i], row.capacity() - bases[i]).order(ByteOrder.LITTLE_ENDIAN);
      }
      encoding.encode(FloatBuffer.wrap(logits), classes, 0, columns);

      assertThat(width).isEqualTo(classes == 65_536 ? 4 : 8);
      TopKColumns label = TopKColumns.allocate(1, encoding);
      assertThat(encoding.read(row, bases, 0, classes, label)).isNull();
      assertThat(label.indices().array()).containsExactly(classes - 1, 40_000);
    }
  }

  @Test
  void refusesALogitBeyondFloat16AndNamesTheSample() {
    Labels labels = Labels.of(new DenseF16(), 1, 4, 2);
    try (SoftLabelStore store = store(labels);
        LabelFileWriter writer = store.begin(labels.shard());
        SoftLabelBatch batch =
            labels.batch(List.of(labels.row(0, 0), labels.row(1, 0)), allocator)) {
      batch.logits().put(6, 70000f);
      assertThatThrownBy(() -> writer.append(batch))
          .isInstanceOf(TaustreamException.class)
          .hasMessageContainingAll(
              labels.key(1), "train-0000.tar", "class 2", "70000", "dense-f32");
      assertThatThrownBy(() -> labels.set().encoding().roundTrip(batch, Labels.SHA))
          .isInstanceOf(TaustreamException.class);
      assertThatThrownBy(() -> writer.commit(0, List.of()).block())
          .as("a writer that failed commits nothing")
          .isInstanceOf(IllegalStateException.class);
      assertThat(objects.names()).isEmpty();
    }
  }

  @Test
  void refusesAnotherClassCount() {
    Labels labels = Labels.of(new DenseF16(), 1, 4, 1);
    Labels other = Labels.of(new DenseF16(), 1, 5, 1);
    try (SoftLabelStore store = store(labels);
        LabelFileWriter writer = store.begin(labels.shard())) {
      assertThatThrownBy(() -> other.append(writer, List.of(other.row(0, 0)), allocator))
          .isInstanceOf(TaustreamException.class)
          .hasMessageContainingAll("resnet56", "5", "4");
    }
  }

  @Test
  void commitsNothingThatLosesOrDoublesASample() {
    Labels labels = Labels.of(new DenseF16(), 2, 4, 5);
    try (SoftLabelStore store = store(labels)) {
      requireRefused(store, labels, List.of(0, 1, 3, 4), List.of(), "sample 2");
      requireRefused(store, labels, List.of(0, 1, 2), List.of(2), "sample 2");
      try (LabelFileWriter writer = store.begin(labels.shard())) {
        labels.append(writer, List.of(labels.row(0, 0), labels.row(1, 0)), allocator);
        labels.append(writer, List.of(labels.row(0, 1)), allocator);
        assertThatThrownBy(() -> writer.commit(0, List.of()).block())
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("view 1");
      }
      try (LabelFileWriter writer = store.begin(labels.shard())) {
        labels.append(writer, List.of(labels.row(1, 0)), allocator);
        assertThatThrownBy(() -> labels.append(writer, List.of(labels.row(1, 0)), allocator))
            .isInstanceOf(IllegalArgumentException.class);
      }
      assertThat(objects.names()).isEmpty();
    }
  }

  private void requireRefused(
      SoftLabelStore store,
      Labels labels,
      List<Integer> ordinals,
      List<Integer> skipped,
      String message) {
    try (LabelFileWriter writer = store.begin(labels.shard())) {
      for (int view = 0; view < labels.views(); view++) {
        int v = view;
        labels.append(writer, ordinals.stream().map(o -> labels.row(o, v)).toList(), allocator);
      }
      assertThatThrownBy(() -> writer.commit(0, skipped).block())
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(message);
    }
  }

  @Test
  void removesItsScratchFilesWithOrWithoutACommit() throws IOException {
    Labels labels = Labels.of(new DenseF16(), 2, 4, 5);
    try (SoftLabelStore store = store(labels)) {
      labels.store(store, allocator);
      LabelFileWriter writer = store.begin(labels.shard());
      labels.appendTo(writer, 3, allocator);
      writer.close();
      writer.close();
      try (var files = Files.walk(scratch)) {
        assertThat(files.filter(Files::isRegularFile).map(p -> p.getFileName().toString()))
            .allMatch(name -> name.endsWith(".lock"));
      }
    }
    try (var files = Files.list(scratch)) {
      assertThat(files).isEmpty();
    }
  }
}
