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
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.arrow.memory.RootAllocator;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sampled labels: what is drawn, that its weights are unbiased, and what is refused. */
class SampledTest {
  private static final float[] LOGITS = {0.5f, 3, -1, 2, 0.25f, -20000, 1.5f, 2, -3, 0};
  private static final int CLASSES = LOGITS.length;
  private static final List<Float> TEMPERATURES = List.of(1f, 2f, 4f);

  /** One encoded row. */
  private record Row(Sampled encoding, ByteBuffer bytes, List<Integer> starts) {
    static Row of(Sampled encoding, float[] logits, long seed) {
      ByteBuffer bytes = ByteBuffer.allocate(encoding.bytesPerRow(logits.length));
      bytes.order(ByteOrder.LITTLE_ENDIAN);
      List<LabelColumn> columns = encoding.columns(logits.length);
      int[] bases = new int[columns.size()];
      ByteBuffer[] parts = new ByteBuffer[bases.length];
      int end = 0;
      for (int i = 0; i < bases.length; i++) {
        bases[i] = end;
        parts[i] = bytes.slice(end, columns.get(i).rowBytes()).order(ByteOrder.LITTLE_ENDIAN);
        end += columns.get(i).rowBytes();
      }
      encoding.encode(FloatBuffer.wrap(logits), logits.length, seed, parts);
      assertThat(parts).noneMatch(Buffer::hasRemaining);
      return new Row(encoding, bytes, Arrays.stream(bases).boxed().toList());
    }

    int[] bases() {
      return starts.stream().mapToInt(Integer::intValue).toArray();
    }

    SampledColumns read() {
      SampledColumns label = SampledColumns.allocate(1, encoding);
      assertThat(encoding.read(bytes, bases(), 0, CLASSES, label)).isNull();
      assertThat(encoding.inspect(bytes, bases(), 0, CLASSES)).isNull();
      return label;
    }
  }

  private static double[] softmax(double temperature) {
    double sum = 0;
    double[] p = new double[CLASSES];
    for (int c = 0; c < CLASSES; c++) {
      p[c] = Math.exp(LOGITS[c] / temperature);
      sum += p[c];
    }
    for (int c = 0; c < CLASSES; c++) {
      p[c] /= sum;
    }
    return p;
  }

  /** w(T) of all classes. */
  private static double[] weights(SampledColumns label, Sampled encoding, int t) {
    double temperature = encoding.temperatures().get(t);
    int proposal = encoding.temperatures().indexOf(encoding.temperature());
    double[] weights = new double[CLASSES];
    for (int i = 0; i < encoding.n(); i++) {
      double logit = label.logits().get(i);
      double p = Math.exp(logit / temperature - label.logSumExp().get(t));
      double q = Math.exp(logit / encoding.temperature() - label.logSumExp().get(proposal));
      weights[label.indices().get(i)] += p * label.counts().get(i) / (encoding.n() * q);
    }
    return weights;
  }

  @Test
  void givesEveryClassItsProbabilityOnAverageAtEveryStoredTemperature() {
    int trials = 4000;
    for (float proposal : new float[] {1, 4}) {
      Sampled encoding = new Sampled(3, proposal, TEMPERATURES);
      double[][] sums = new double[TEMPERATURES.size()][CLASSES];
      double[][] squares = new double[TEMPERATURES.size()][CLASSES];
      for (int trial = 0; trial < trials; trial++) {
        SampledColumns label = Row.of(encoding, LOGITS, trial).read();
        for (int t = 0; t < sums.length; t++) {
          double[] weights = weights(label, encoding, t);
          for (int c = 0; c < CLASSES; c++) {
            sums[t][c] += weights[c];
            squares[t][c] += weights[c] * weights[c];
          }
        }
      }
      for (int t = 0; t < sums.length; t++) {
        double[] expected = softmax(TEMPERATURES.get(t));
        for (int c = 0; c < CLASSES; c++) {
          double mean = sums[t][c] / trials;
          double error = Math.sqrt((squares[t][c] / trials - mean * mean) / trials);
          assertThat(mean)
              .as("class %d at T = %s, drawn at %s", c, TEMPERATURES.get(t), proposal)
              .isCloseTo(expected[c], Offset.offset(4 * error + 1e-6));
        }
      }
    }
  }

  @Test
  void keepsDistinctClassesByFallingLogitWithTheirCounts() {
    Sampled encoding = new Sampled(400, 1, TEMPERATURES);
    SampledColumns label = Row.of(encoding, LOGITS, 7).read();

    int distinct = (int) Arrays.stream(label.counts().array()).filter(c -> c > 0).count();
    assertThat(Arrays.copyOf(label.indices().array(), distinct))
        .startsWith(1, 3, 7, 6)
        .doesNotContain(5);
    assertThat(Arrays.stream(label.counts().array()).sum()).isEqualTo(400);
    assertThat(label.counts().get(0)).isBetween(100, 255);
    assertThat(label.topIndex().get(0)).isEqualTo(1);
    assertThat(label.topLogit().get(0)).isEqualTo(3);
    for (int t = 0; t < TEMPERATURES.size(); t++) {
      float temperature = TEMPERATURES.get(t);
      double sum =
          IntStream.range(0, CLASSES).mapToDouble(c -> Math.exp(LOGITS[c] / temperature)).sum();
      assertThat((double) label.logSumExp().get(t)).isCloseTo(Math.log(sum), Offset.offset(1e-6));
    }
  }

  @Test
  void drawsTheSameEverywhereFromTheSameSeed() {
    Sampled encoding = new Sampled(6, 2, TEMPERATURES);
    SampleView sample = new SampleView("s.tar", 3, "key", 0, 1, 42);
    long seed = Draws.seed(Labels.SHA, sample);

    // Pinned: another machine, or a later version, must find the same.
    assertThat(seed).isEqualTo(-3901152858644074930L);
    SampledColumns label = Row.of(encoding, LOGITS, seed).read();
    assertThat(label.indices().array()).containsExactly(1, 7, 4, 9, 8, 0);
    assertThat(label.counts().array()).containsExactly(2, 1, 1, 1, 1, 0);
  }

  @Test
  void drawsAnewForAnotherTeacherOrView() {
    SampleView sample = new SampleView("s.tar", 3, "key", 0, 1, 42);
    SampleView other = new SampleView("s.tar", 3, "key", 0, 2, 43);

    assertThat(Draws.seed(Labels.SHA, sample))
        .isEqualTo(Draws.seed(Labels.SHA, sample))
        .isNotEqualTo(Draws.seed(Labels.SHA, other))
        .isNotEqualTo(Draws.seed("f".repeat(64), sample));
  }

  @Test
  void spreadsWhatIsLeftOfTheMassOverTheOtherClasses() {
    Sampled encoding = new Sampled(2, 4, TEMPERATURES);
    for (int seed = 0; seed < 50; seed++) {
      Row row = Row.of(encoding, LOGITS, seed);
      SampledColumns label = row.read();
      FloatBuffer dense = FloatBuffer.allocate(CLASSES);
      assertThat(encoding.decode(row.bytes(), row.bases(), 0, CLASSES, dense)).isTrue();

      float[] logits = dense.array();
      assertThat(logits[1]).as("the top class, drawn or not").isEqualTo(3);
      assertThat(logits[label.indices().get(0)]).isEqualTo(label.logits().get(0));
      double sum = IntStream.range(0, CLASSES).mapToDouble(c -> Math.exp(logits[c])).sum();
      assertThat(Math.log(sum)).isCloseTo(label.logSumExp().get(0), Offset.offset(1e-5));
    }
  }

  @Test
  void givesNoClassMoreThanTheTopWhereRoundingLeavesTooMuch() {
    Sampled encoding = new Sampled(1, 1, TEMPERATURES);
    // All but one in a thousandth of the mass, rounded down in float16.
    float[] logits = {30.0078f, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    Row row = Row.of(encoding, logits, 1);
    FloatBuffer dense = FloatBuffer.allocate(CLASSES);
    encoding.decode(row.bytes(), row.bases(), 0, CLASSES, dense);

    assertThat(dense.get(0)).isEqualTo(30);
    assertThat(dense.get(1)).isLessThan(30);
  }

  @Test
  void namesWhatItCouldNotHaveWritten() {
    Sampled encoding = new Sampled(3, 1, List.of(1f));
    for (int seed = 0; seed < 200; seed++) {
      Row row = Row.of(encoding, LOGITS, seed);
      if (row.read().counts().get(1) == 0) {
        continue;
      }
      // Columns: top 2, top logit 2, three classes 6, three counts 3, three logits 6, the mass 4.
      requireWrong(row, 0, (short) 10, "top class is 10");
      requireWrong(row, 4, (short) 10, "class 10 of 10");
      requireWrong(row, 6, row.bytes().getShort(4), "place 1");
      requireWrong(row, 13, (short) 0x7c00, "Infinity");
      requireWrong(row, 15, (short) 0x7e00, "NaN");
      requireWrong(row, 21, (short) 0x7f80, "logsumexp is");
      ByteBuffer counts = copy(row.bytes());
      counts.put(10, (byte) (counts.get(10) + 1));
      assertThat(encoding.inspect(counts, row.bases(), 0, CLASSES)).isNotNull();
      counts.put(10, (byte) 0);
      assertThat(encoding.inspect(counts, row.bases(), 0, CLASSES)).contains("drawn 0 times");
      assertThatThrownBy(
              () -> encoding.decode(counts, row.bases(), 0, CLASSES, FloatBuffer.allocate(CLASSES)))
          .isInstanceOf(DamagedLabelFileException.class)
          .hasMessageContaining("labels verify");
      return;
    }
    throw new AssertionError("no row has two classes");
  }

  private static void requireWrong(Row row, int offset, short value, String message) {
    ByteBuffer changed = copy(row.bytes());
    changed.putShort(offset, value);
    assertThat(row.encoding().inspect(changed, row.bases(), 0, CLASSES)).contains(message);
  }

  private static ByteBuffer copy(ByteBuffer bytes) {
    return ByteBuffer.allocate(bytes.capacity())
        .put(bytes.duplicate().clear())
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  @Test
  void refusesOnlyLogitsThatMayBeDrawn() {
    Sampled encoding = new Sampled(3, 4, TEMPERATURES);

    assertThat(encoding.firstUnstorable(FloatBuffer.wrap(new float[] {1, -70000, 2}), 3))
        .isEqualTo(-1);
    assertThat(encoding.firstUnstorable(FloatBuffer.wrap(new float[] {-69000, -70000}), 2))
        .isEqualTo(0);
    assertThat(encoding.firstUnstorable(FloatBuffer.wrap(new float[] {1, 70000}), 2)).isEqualTo(1);
    assertThat(encoding.firstUnstorable(FloatBuffer.wrap(new float[] {1, Float.NaN}), 2))
        .isEqualTo(1);
  }

  @Test
  void refusesImpossibleDraws() {
    assertThatThrownBy(() -> new Sampled(0, 1, List.of(1f)))
        .isInstanceOf(TaustreamException.class)
        .hasMessageContainingAll("labels.n is 0", "65535");
    assertThatThrownBy(() -> new Sampled(5, 3, List.of(1f, 2f)))
        .isInstanceOf(TaustreamException.class)
        .hasMessageContainingAll("3.0", "[1.0, 2.0]");
  }

  @Test
  void readsLabelsIntoABatchInPlace(@TempDir Path scratch) throws IOException {
    Sampled encoding = new Sampled(4, 1, TEMPERATURES);
    Labels labels = Labels.of(encoding, 1, 20, 5);
    MemoryObjectStore objects = new MemoryObjectStore();
    try (RootAllocator allocator = new RootAllocator();
        SoftLabelStore store =
            SoftLabelStore.open(
                objects, Labels.ROOT, labels.set(), labels.views(), scratch, allocator, "1.0")) {
      labels.store(store, allocator);
      List<SampleView> rows = List.of(labels.row(4, 0), labels.row(1, 0));
      try (LabelFile file = store.open(labels.shard()).block();
          SampledLabelBatch batch =
              new SampledLabelBatch(
                  rows, 20, encoding, allocator.buffer(SampledLabelBatch.bytes(2, encoding)))) {
        assertThat(file.metadata().set()).isEqualTo(labels.set());
        SampledColumns columns = batch.columns();
        for (SampleView row : rows) {
          file.sampled(row.ordinal(), row.view(), columns);
        }
        SampledColumns label = SampledColumns.allocate(1, encoding);
        file.sampled(1, 0, label);

        assertThat(
                List.of(
                    columns.topIndex(),
                    columns.topLogit(),
                    columns.indices(),
                    columns.counts(),
                    columns.logits(),
                    columns.logSumExp()))
            .noneMatch(Buffer::hasRemaining);
        assertThat(columns.topIndex().get(1)).isEqualTo(label.topIndex().get(0));
        assertThat(columns.topLogit().get(1)).isEqualTo(label.topLogit().get(0));
        assertThat(columns.indices().slice(4, 4)).isEqualTo(label.indices().flip());
        assertThat(columns.counts().slice(4, 4)).isEqualTo(label.counts().flip());
        assertThat(columns.logits().slice(4, 4)).isEqualTo(label.logits().flip());
        assertThat(columns.logSumExp().slice(3, 3)).isEqualTo(label.logSumExp().flip());
        assertThatThrownBy(() -> file.topK(1, 0, TopKColumns.allocate(1, new TopK(1, List.of(1f)))))
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("sampled, not top-k");
      }
      assertThatThrownBy(() -> new SampledLabelBatch(rows, 20, encoding, allocator.buffer(16)))
          .isInstanceOf(IllegalArgumentException.class);
      assertThat(allocator.getAllocatedMemory()).isZero();
    }
  }
}
