package io.taustream.teacher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.taustream.storage.TaustreamException;
import io.taustream.teacher.ClassMap.Unmapped;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The formulas of {@link ClassMap}, against sums of probabilities. */
class MappedOutputsTest {
  /** Classes 0 to 2; outputs 1 and 4 stand for none, class 2 has three. */
  private static final List<Integer> MAP = List.of(2, -1, 0, 2, -1, 1, 2);

  @Test
  void dropsUnmappedOutputsBeforeTheSoftMax() {
    for (int seed = 0; seed < 20; seed++) {
      float[] row = row(seed);
      double[] p = softmax(row);
      double rest = 1 - p[1] - p[4];

      double[] found = softmax(logits(MAP, Unmapped.DROP, row));

      assertThat(found)
          .containsExactly(
              new double[] {p[2] / rest, p[5] / rest, (p[0] + p[3] + p[6]) / rest}, within(1e-14));
    }
  }

  @Test
  void spreadsTheSumOfUnmappedOutputsEvenly() {
    for (int seed = 0; seed < 20; seed++) {
      float[] row = row(seed);
      double[] p = softmax(row);
      double share = (p[1] + p[4]) / 3;

      double[] found = softmax(logits(MAP, Unmapped.SUM, row));

      assertThat(found)
          .containsExactly(
              new double[] {p[2] + share, p[5] + share, p[0] + p[3] + p[6] + share}, within(1e-14));
    }
  }

  @Test
  void keepsTheLogitOfAClassWithOneOutput() {
    float[] row = row(3);

    assertThat(logits(MAP, Unmapped.DROP, row)).startsWith(row[2], row[5]);
    assertThat(logits(List.of(1, 0), Unmapped.SUM, new float[] {3.3f, -1e30f}))
        .containsExactly(-1e30f, 3.3f);
  }

  @Test
  void addsLogitsOfAnySizeWithoutOverflowOrUnderflow() {
    double[] sums = logits(List.of(0, 0, 1, 1), Unmapped.DROP, new float[] {3e8f, 3e8f, -9e4f, 0});
    assertThat(sums).containsExactly(3e8 + Math.log(2), 0.0);

    double[] spread = logits(List.of(0, 1, -1), Unmapped.SUM, new float[] {-1e6f, 5, 1e6f});
    assertThat(spread).containsExactly(1e6 - Math.log(2), 1e6 - Math.log(2));
  }

  @Test
  void sumsProbabilities() {
    float[] row = {0.1f, 0.2f, 0.3f, 0.05f, 0.05f, 0.25f, 0.05f};
    double[] found = new double[3];

    outputs(MAP, Unmapped.SUM).probabilities(FloatBuffer.wrap(row), 0, found);
    assertThat(found)
        .containsExactly(
            new double[] {0.3 + 0.25 / 3, 0.25 + 0.25 / 3, 0.2 + 0.25 / 3}, within(1e-7));

    outputs(MAP, Unmapped.DROP).probabilities(FloatBuffer.wrap(row), 0, found);
    assertThat(found).containsExactly(new double[] {0.3, 0.25, 0.2}, within(1e-7));
  }

  @Test
  void aMapThatChangesNothingIsNone() {
    assertThat(ClassMap.shortest(List.of(0, 1, 2), Unmapped.SUM)).isEmpty();
    assertThat(ClassMap.shortest(List.of(1, 0), Unmapped.SUM))
        .contains(new ClassMap.Indices(List.of(1, 0), Unmapped.DROP));
    assertThat(ClassMap.shortest(List.of(0, 1, -1), Unmapped.SUM))
        .contains(new ClassMap.Indices(List.of(0, 1, -1), Unmapped.SUM));
  }

  @Test
  void refusesAMapWithAGap() {
    assertThatThrownBy(() -> new ClassMap.Indices(List.of(0, 2), Unmapped.DROP))
        .isInstanceOf(TaustreamException.class)
        .hasMessageContaining("[0, 2]");
    assertThatThrownBy(() -> new ClassMap.Indices(List.of(0, 0), Unmapped.DROP))
        .isInstanceOf(TaustreamException.class);
  }

  private static float[] row(long seed) {
    Random random = new Random(seed);
    float[] row = new float[MAP.size()];
    for (int o = 0; o < row.length; o++) {
      row[o] = (float) (4 * random.nextGaussian());
    }
    return row;
  }

  private static MappedOutputs outputs(List<Integer> map, Unmapped unmapped) {
    return new MappedOutputs(new ClassMap.Indices(map, unmapped));
  }

  private static double[] logits(List<Integer> map, Unmapped unmapped, float[] row) {
    MappedOutputs outputs = outputs(map, unmapped);
    double[] logits = new double[outputs.classes()];
    outputs.logits(FloatBuffer.wrap(row), 0, logits);
    return logits;
  }

  private static double[] softmax(float[] logits) {
    return softmax(IntStream.range(0, logits.length).mapToDouble(i -> logits[i]).toArray());
  }

  private static double[] softmax(double[] logits) {
    double sum = Arrays.stream(logits).map(Math::exp).sum();
    return Arrays.stream(logits).map(z -> Math.exp(z) / sum).toArray();
  }
}
