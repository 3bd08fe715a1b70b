package io.taustream.student.diagnose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.taustream.student.loss.CrossEntropy;
import io.taustream.student.loss.CurriculumTemperature;
import io.taustream.student.loss.KendallTau;
import io.taustream.student.loss.KullbackLeibler;
import io.taustream.student.loss.Loss;
import io.taustream.student.loss.LossInput;
import io.taustream.student.loss.LossState;
import io.taustream.student.loss.Pairing;
import io.taustream.student.loss.Surrogate;
import io.taustream.student.loss.TeacherLogits;
import io.taustream.student.loss.WeightedLoss;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GradientDiagnosisTest {
  private static final double EXACT = 1e-6;

  private final NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");

  @AfterEach
  void close() {
    manager.close();
  }

  /** Σ sign · d · s: a loss whose gradient is known, the same for every row. */
  private record Slope(String name, List<Double> direction, double sign) implements Loss {
    @Override
    public boolean needsTeacher() {
      return false;
    }

    @Override
    public NDArray value(LossInput input) {
      float[] gradient = new float[direction.size()];
      for (int c = 0; c < gradient.length; c++) {
        gradient[c] = (float) (sign * direction.get(c));
      }
      return input.student().mul(input.student().getManager().create(gradient)).sum();
    }
  }

  private TermGradients diagnose(float[][] student, float[][] teacher, WeightedLoss.Term... terms) {
    long[] labels = new long[student.length];
    LossInput input =
        new LossInput(
            matrix(student),
            Optional.of(TeacherLogits.dense(matrix(teacher))),
            manager.create(labels));
    return GradientDiagnosis.every(1).of(new WeightedLoss(List.of(terms)), input).orElseThrow();
  }

  private NDArray matrix(float[][] rows) {
    float[] flat = new float[rows.length * rows[0].length];
    for (int row = 0; row < rows.length; row++) {
      System.arraycopy(rows[row], 0, flat, row * rows[0].length, rows[0].length);
    }
    return manager.create(flat, new Shape(rows.length, rows[0].length));
  }

  private static WeightedLoss.Term term(Loss loss, double weight) {
    return new WeightedLoss.Term(loss, weight);
  }

  @Test
  void sharesTheGradientOutByTheTeachersRank() {
    float[][] student = new float[2][3];
    float[][] teacher = {{1, 3, 2}, {9, -4, 5}};

    TermGradients found =
        diagnose(student, teacher, term(new Slope("slope", List.of(1.0, -2.0, 5.0), 1), 3));

    // |g| is (1, 2, 5) in both rows; by rank (2, 5, 1) and (1, 5, 2).
    List<Double> shares = found.shares().get("slope");
    assertThat(shares.get(0)).isCloseTo(3 / 16.0, within(EXACT));
    assertThat(shares.get(1)).isCloseTo(10 / 16.0, within(EXACT));
    assertThat(shares.get(2)).isCloseTo(3 / 16.0, within(EXACT));
    assertThat(found.norms().get("slope")).isCloseTo(3 * Math.sqrt(60), within(1e-5));
    assertThat(found.cosines()).isEmpty();
  }

  @Test
  void agreesWithTheGradientsOfKlAndCrossEntropyByHand() {
    float[][] student = {{0.5f, -1, 2, 0.1f}};
    float[][] teacher = {{4, 1, -2, 0}};

    TermGradients found =
        diagnose(
            student, teacher, term(new CrossEntropy(), 1), term(new KullbackLeibler(2, false), 1));

    double[] kl = new double[4];
    double[] ce = new double[4];
    double[] soft = softmax(student[0], 2);
    double[] wanted = softmax(teacher[0], 2);
    double[] hard = softmax(student[0], 1);
    for (int c = 0; c < 4; c++) {
      kl[c] = 2 * (soft[c] - wanted[c]);
      ce[c] = hard[c] - (c == 0 ? 1 : 0);
    }
    int[] byRank = {0, 1, 3, 2};
    for (int rank = 0; rank < 4; rank++) {
      assertThat(found.shares().get("kl").get(rank))
          .isCloseTo(Math.abs(kl[byRank[rank]]) / oneNorm(kl), within(EXACT));
      assertThat(found.shares().get("ce").get(rank))
          .isCloseTo(Math.abs(ce[byRank[rank]]) / oneNorm(ce), within(EXACT));
    }
    assertThat(found.norms().get("kl")).isCloseTo(Math.sqrt(dot(kl, kl)), within(EXACT));
    assertThat(found.cosines().get("ce/kl"))
        .isCloseTo(dot(ce, kl) / Math.sqrt(dot(ce, ce) * dot(kl, kl)), within(EXACT));
  }

  @Test
  void findsTermsThatPullTogetherApartAndAcross() {
    float[][] any = {{0, 1}, {1, 0}};
    List<Double> across = List.of(2.0, 1.0);

    TermGradients found =
        diagnose(
            any,
            any,
            term(new Slope("a", List.of(1.0, -2.0), 1), 1),
            term(new Slope("same", List.of(1.0, -2.0), 3), 0),
            term(new Slope("against", List.of(1.0, -2.0), -2), 5),
            term(new Slope("across", across, 1), 1));

    assertThat(found.cosines().keySet())
        .containsExactly(
            "a/same", "a/against", "a/across", "same/against", "same/across", "against/across");
    assertThat(found.cosines().get("a/same")).isCloseTo(1, within(EXACT));
    assertThat(found.cosines().get("a/against")).isCloseTo(-1, within(EXACT));
    assertThat(found.cosines().get("a/across")).isCloseTo(0, within(EXACT));
    assertThat(found.norms().get("same")).isZero();
  }

  @Test
  void leavesOutShareAndCosineOfAGradientThatIsZero() {
    float[][] any = {{0, 1}};

    TermGradients found =
        diagnose(
            any,
            any,
            term(new Slope("slope", List.of(1.0, -2.0), 1), 1),
            term(new Slope("flat", List.of(0.0, 0.0), 1), 1));

    assertThat(found.shares().keySet()).containsExactly("slope");
    assertThat(found.norms().get("flat")).isZero();
    assertThat(found.cosines()).isEmpty();
  }

  /** What the paper argues with: arXiv 2409.17823. */
  @Test
  void kendallReachesTheSmallChannelsThatKlDoesNot() {
    Random random = new Random(3);
    float[][] student = new float[16][100];
    float[][] teacher = new float[16][100];
    for (int row = 0; row < student.length; row++) {
      for (int c = 0; c < 100; c++) {
        student[row][c] = (float) random.nextGaussian();
        teacher[row][c] = (float) random.nextGaussian();
      }
      // The teacher wavers between three classes; the student knows them, in another order.
      int first = random.nextInt(98);
      for (int i = 0; i < 3; i++) {
        teacher[row][first + i] = 14 - i;
        student[row][first + i] = 12 + i;
      }
    }

    TermGradients found =
        diagnose(
            student,
            teacher,
            term(new KullbackLeibler(1, false), 1),
            term(new KendallTau(Surrogate.TANH, Pairing.SIGN, 1), 1));

    assertThat(sum(found.shares().get("kl"))).isCloseTo(1, within(EXACT));
    assertThat(sum(found.shares().get("kendall"))).isCloseTo(1, within(EXACT));
    double klBeyondFive = sum(found.shares().get("kl").subList(4, 8));
    double kendallBeyondFive = sum(found.shares().get("kendall").subList(4, 8));
    assertThat(kendallBeyondFive).isGreaterThan(0.85);
    assertThat(klBeyondFive).isLessThan(0.01);
  }

  @Test
  void hasNoRanksWithoutATeacher() {
    LossInput input =
        new LossInput(
            manager.zeros(new Shape(2, 3)), Optional.empty(), manager.create(new long[2]));

    assertThat(
            GradientDiagnosis.every(1)
                .of(new WeightedLoss(List.of(term(new CrossEntropy(), 1))), input))
        .isEmpty();
  }

  @Test
  void takesDoublePrecisionAndLeavesTheInputAsItWas() {
    NDArray student = manager.create(new double[] {0, 1, 2, 3}, new Shape(2, 2));
    NDArray teacher = manager.create(new double[] {0, 1, 2, 3}, new Shape(2, 2));
    LossInput input =
        new LossInput(
            student, Optional.of(TeacherLogits.dense(teacher)), manager.create(new long[2]));

    TermGradients found =
        GradientDiagnosis.every(1)
            .of(new WeightedLoss(List.of(term(new CrossEntropy(), 2))), input)
            .orElseThrow();

    assertThat(found.shares().get("ce").get(0)).isCloseTo(0.5, within(EXACT));
    assertThat(student.hasGradient()).isFalse();
    assertThat(student.getDataType()).isEqualTo(DataType.FLOAT64);
    assertThat(student.toDoubleArray()).containsExactly(0, 1, 2, 3);
  }

  @Test
  void leavesNoGradientInWhatALossLearns() {
    CurriculumTemperature ctkd = new CurriculumTemperature(1, 20, 1, 10, false);
    NDManager run = manager.newSubManager();
    NDArray theta = run.ones(new Shape(1));
    theta.setRequiresGradient(true);
    LossInput input =
        new LossInput(
            matrix(new float[][] {{0, 1, 2}}),
            Optional.of(TeacherLogits.dense(matrix(new float[][] {{1, 3, 2}}))),
            manager.create(new long[1]),
            new LossState(10, Map.of("ctkd.theta", theta)));

    TermGradients found =
        GradientDiagnosis.every(1)
            .of(new WeightedLoss(List.of(term(ctkd, 1))), input)
            .orElseThrow();

    assertThat(found.norms().get("ctkd")).isPositive();
    try (NDArray gradient = theta.getGradient()) {
      assertThat(gradient.toFloatArray()).containsExactly(0f);
    }
    assertThat(run.getManagedArrays()).containsExactly(theta);
  }

  @Test
  void comesDueAtTheFirstStepAndEveryNthFromThere() {
    GradientDiagnosis diagnosis = GradientDiagnosis.every(20);

    assertThat(Stream.iterate(1L, step -> step + 1).limit(50).filter(diagnosis::dueAt))
        .containsExactly(1L, 21L, 41L);
    assertThat(GradientDiagnosis.NEVER.dueAt(1)).isFalse();
  }

  private static double[] softmax(float[] logits, double temperature) {
    double[] weights = new double[logits.length];
    for (int c = 0; c < logits.length; c++) {
      weights[c] = Math.exp(logits[c] / temperature);
    }
    double sum = oneNorm(weights);
    return Arrays.stream(weights).map(weight -> weight / sum).toArray();
  }

  private static double oneNorm(double[] values) {
    return Arrays.stream(values).map(Math::abs).sum();
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private static double sum(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).sum();
  }

  @Test
  void topKLabelsHaveOneGroupForAllBehindTheK() {
    NDArray rest = manager.create(new float[] {(float) Math.log(3)}, new Shape(1, 1));
    TeacherLogits teacher =
        TeacherLogits.topK(
            manager.create(new int[] {3, 1}, new Shape(1, 2)),
            manager.create(new float[] {5, 4}, new Shape(1, 2)),
            rest,
            manager.zeros(new Shape(1, 2)),
            new double[] {1},
            5);
    LossInput input =
        new LossInput(
            manager.create(new float[] {1, 0, 2, 0, 0}, new Shape(1, 5)),
            Optional.of(teacher),
            manager.create(new long[1]));
    Loss slope = new Slope("slope", List.of(1.0, 2.0, 3.0, 4.0, 0.0), 1);

    TermGradients found =
        GradientDiagnosis.every(1)
            .of(new WeightedLoss(List.of(new WeightedLoss.Term(slope, 1))), input)
            .orElseThrow();

    assertThat(found.groups().ends()).containsExactly(1, 2, 5);
    assertThat(found.shares().get("slope")).containsExactly(0.4, 0.2, 0.4);
  }

  @Test
  void sampledLabelsKnowTheFirstRankAlone() {
    Shape drawn = new Shape(1, 2);
    TeacherLogits teacher =
        TeacherLogits.sampled(
            manager.create(new int[] {3}, new Shape(1, 1)),
            manager.create(new int[] {1, 0}, drawn),
            manager.create(new int[] {2, 0}, drawn),
            manager.create(new float[] {4, 0}, drawn),
            manager.create(new float[] {6}, new Shape(1, 1)),
            1,
            new double[] {1},
            5);
    LossInput input =
        new LossInput(
            manager.create(new float[] {1, 0, 2, 0, 0}, new Shape(1, 5)),
            Optional.of(teacher),
            manager.create(new long[1]));
    Loss slope = new Slope("slope", List.of(1.0, 2.0, 3.0, 4.0, 0.0), 1);

    TermGradients found =
        GradientDiagnosis.every(1)
            .of(new WeightedLoss(List.of(new WeightedLoss.Term(slope, 1))), input)
            .orElseThrow();

    assertThat(found.groups().ends()).containsExactly(1, 5);
    assertThat(found.shares().get("slope")).containsExactly(0.4, 0.6);
  }
}
