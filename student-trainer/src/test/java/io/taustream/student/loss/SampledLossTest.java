package io.taustream.student.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.taustream.storage.TaustreamException;
import io.taustream.storage.label.Sampled;
import io.taustream.storage.label.SampledLabelBatch;
import io.taustream.storage.sample.SampleView;
import io.taustream.student.train.TestLabels;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;

/** KL from sampled labels: its mean over draws is the dense one, in value and gradient. */
class SampledLossTest {
  private static final int CLASSES = 20;
  private static final int DRAWS = 4;
  private static final int TRIALS = 4000;
  private static final List<Float> TEMPERATURES = List.of(1f, 2f, 4f, 8f);

  /** The teacher's logits: float16 holds them as they are, so that nothing is rounded. */
  private final double[] teacher = row(1, 128);

  private final double[] student = row(2, 128);

  private static double[] row(long seed, int fraction) {
    Random random = new Random(seed);
    return IntStream.range(0, CLASSES)
        .mapToDouble(c -> Math.rint(random.nextGaussian() * 2.5 * fraction) / fraction)
        .toArray();
  }

  private static double[] softmax(double[] logits, double temperature) {
    double[] weights = Arrays.stream(logits).map(x -> Math.exp(x / temperature)).toArray();
    double sum = Arrays.stream(weights).sum();
    return Arrays.stream(weights).map(w -> w / sum).toArray();
  }

  private static double[] repeat(double[] row, int times) {
    double[] rows = new double[row.length * times];
    for (int i = 0; i < times; i++) {
      System.arraycopy(row, 0, rows, i * row.length, row.length);
    }
    return rows;
  }

  private static SampledLabelBatch labels(
      double[] logits, int rows, Sampled encoding, RootAllocator allocator) {
    FloatBuffer dense = FloatBuffer.allocate(logits.length);
    List<SampleView> views = new ArrayList<>();
    for (double logit : logits) {
      dense.put((float) logit);
    }
    for (int row = 0; row < rows; row++) {
      views.add(new SampleView("s.tar", row, "k", 0, 0, row));
    }
    return TestLabels.sampled(views, dense.flip(), encoding, allocator);
  }

  private static TeacherLogits tensors(SampledLabelBatch labels, NDManager manager, DataType type) {
    int rows = labels.size();
    Shape drawn = new Shape(rows, labels.encoding().n());
    Shape mass = new Shape(rows, TEMPERATURES.size());
    return TeacherLogits.sampled(
        manager.create(labels.topIndex(), new Shape(rows, 1), DataType.INT32),
        manager.create(labels.indices(), drawn, DataType.INT32),
        manager.create(labels.counts(), drawn, DataType.INT32),
        manager.create(labels.logits(), drawn, DataType.FLOAT32).toType(type, true),
        manager.create(labels.logSumExp(), mass, DataType.FLOAT32),
        labels.encoding().temperature(),
        TEMPERATURES.stream().mapToDouble(Float::doubleValue).toArray(),
        labels.classes());
  }

  private LossProbe probe(Loss loss, DataType type, Sampled encoding, int rows) {
    try (RootAllocator allocator = new RootAllocator();
        SampledLabelBatch labels = labels(repeat(teacher, rows), rows, encoding, allocator)) {
      return LossProbe.of(
          loss,
          type,
          new Shape(rows, CLASSES),
          repeat(student, rows),
          manager -> tensors(labels, manager, type));
    }
  }

  private LossProbe dense(Loss loss) {
    return LossProbe.of(loss, DataType.FLOAT64, CLASSES, student, teacher, new long[1]);
  }

  /** T · (q · Σw − w): what top-k without the rest makes of the gradient, with w = p of the k. */
  private double[] topKWithoutRest(double temperature) {
    double[] p = softmax(teacher, temperature);
    double[] q = softmax(student, temperature);
    double[] kept = new double[CLASSES];
    IntStream.range(0, CLASSES)
        .boxed()
        .sorted(Comparator.comparingDouble((Integer c) -> -teacher[c]))
        .limit(DRAWS)
        .forEach(c -> kept[c] = p[c]);
    double sum = Arrays.stream(kept).sum();
    return IntStream.range(0, CLASSES)
        .mapToDouble(c -> temperature * (q[c] - kept[c] / sum))
        .toArray();
  }

  /** Of a channel's mean gradient: a draw of class d adds T · p / p₀ · (q − [d is the channel]). */
  private double standardError(int channel, double temperature, double proposal) {
    double[] p = softmax(teacher, temperature);
    double[] drawnFrom = softmax(teacher, proposal);
    double q = softmax(student, temperature)[channel];
    double mean = 0;
    double square = 0;
    for (int d = 0; d < CLASSES; d++) {
      double one = temperature * p[d] / drawnFrom[d] * (q - (d == channel ? 1 : 0));
      mean += drawnFrom[d] * one;
      square += drawnFrom[d] * one * one;
    }
    return Math.sqrt((square - mean * mean) / DRAWS / TRIALS);
  }

  @Test
  void theGradientIsTheDenseOneOnAverageWhereThatOfTopKWithoutTheRestIsNot() {
    for (double temperature : new double[] {1, 4}) {
      Loss kl = new KullbackLeibler(temperature, false);
      List<Double> expected = dense(kl).gradient();
      double[] biased = topKWithoutRest(temperature);
      for (float proposal : new float[] {1, 4}) {
        Sampled encoding = new Sampled(DRAWS, proposal, TEMPERATURES);
        List<Double> found = probe(kl, DataType.FLOAT64, encoding, TRIALS).gradient();
        double worstOfTopK = 0;
        for (int c = 0; c < CLASSES; c++) {
          // The loss is a mean over the batch, and each trial is a row of it.
          double mean = 0;
          for (int row = 0; row < TRIALS; row++) {
            mean += found.get(row * CLASSES + c);
          }
          double error = standardError(c, temperature, proposal);

          assertThat(mean)
              .as("T = %s, drawn at %s, channel %d", temperature, proposal, c)
              .isCloseTo(expected.get(c), within(4 * error + 1e-6));
          double bias = Math.abs(biased[c] - expected.get(c));
          worstOfTopK = Math.max(worstOfTopK, bias / (error + 1e-6));
        }
        assertThat(worstOfTopK).as("standard errors off, at T = %s", temperature).isGreaterThan(10);
      }
    }
  }

  @Test
  void theValueIsTheDenseOneOnAverage() {
    for (double temperature : new double[] {1, 4}) {
      Loss kl = new KullbackLeibler(temperature, false);
      Sampled encoding = new Sampled(DRAWS, 1, TEMPERATURES);
      double[] p = softmax(teacher, temperature);
      double[] drawnFrom = softmax(teacher, 1);
      double[] q = softmax(student, temperature);
      // One draw gives p / p₁ · log(p / q) with probability p₁: its variance bounds the mean's.
      double expected = 0;
      double square = 0;
      for (int c = 0; c < CLASSES; c++) {
        double one = p[c] / drawnFrom[c] * Math.log(p[c] / q[c]);
        expected += drawnFrom[c] * one;
        square += drawnFrom[c] * one * one;
      }
      double scale = temperature * temperature;
      double error = scale * Math.sqrt((square - expected * expected) / DRAWS / TRIALS);

      double found = probe(kl, DataType.FLOAT64, encoding, TRIALS).value();

      assertThat(dense(kl).value()).isCloseTo(scale * expected, within(1e-9));
      assertThat(found).isCloseTo(scale * expected, within(4 * error));
      assertThat(probe(kl, DataType.FLOAT32, encoding, TRIALS).value())
          .isCloseTo(found, within(1e-4 * Math.abs(found)));
    }
  }

  @Test
  void aRowsGradientAddsUpToZero() {
    Loss kl = new KullbackLeibler(2, false);
    Sampled encoding = new Sampled(DRAWS, 1, TEMPERATURES);
    List<Double> gradient = probe(kl, DataType.FLOAT64, encoding, 50).gradient();

    for (int row = 0; row < 50; row++) {
      double sum =
          gradient.subList(row * CLASSES, (row + 1) * CLASSES).stream()
              .mapToDouble(Double::doubleValue)
              .sum();
      assertThat(sum).isCloseTo(0, within(1e-12));
    }
  }

  @Test
  void whatSampledLabelsDoNotKnowIsRefused() {
    Sampled encoding = new Sampled(DRAWS, 1, TEMPERATURES);
    Map<Loss, String> refused =
        Map.of(
            new KullbackLeibler(3, false), "temperature 3.0",
            new KullbackLeibler(4, true), "standardised",
            new KendallTau(Surrogate.TANH, Pairing.SIGN, 1), "order",
            new DecoupledDistillation(1, 8, 4, false), "label's probability",
            new Dist(2, 2, 4), "all classes",
            new CurriculumTemperature(1, 20, 1, 10, false), "all events");

    refused.forEach(
        (loss, what) ->
            assertThatThrownBy(() -> probe(loss, DataType.FLOAT32, encoding, 2))
                .as(loss.name())
                .isInstanceOf(TaustreamException.class)
                .hasMessageContainingAll("Sampled labels", what, "labels.encoding"));
  }
}
