package io.taustream.teacher.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** On answers without a model: the order is planted, or there is none. */
class ClassOrderJudgeTest {
  /** As a whole verification of 16 ways to feed the model allows for one of them. */
  private static final double DOUBT = 0.01 / 2 / 16;

  private static final int SEEDS = 60;

  @ParameterizedTest
  @CsvSource({"10, 200, 0.6", "10, 1000, 0.9", "100, 1000, 0.6", "2, 200, 0.6", "10, 20, 0.6"})
  void noFalseAlarmForATeacherInOrder(int classes, int samples, double accuracy) {
    for (int seed = 0; seed < SEEDS; seed++) {
      Planted planted = new Planted(classes, samples, accuracy, o -> o, seed);
      assertThat(planted.judge(classes).order())
          .as("seed %d", seed)
          .isEqualTo(new ClassOrder.Same(classes));
    }
  }

  @ParameterizedTest
  @CsvSource({"10, 200", "10, 2000", "100, 1000", "2, 200", "3, 30"})
  void noFalseAlarmForAGuessingTeacher(int classes, int samples) {
    for (int seed = 0; seed < SEEDS; seed++) {
      Planted planted = new Planted(classes, samples, 0, o -> o, seed);
      assertThat(planted.judge(classes).same()).as("seed %d", seed).isTrue();
    }
  }

  @Test
  void noFalseAlarmForATeacherThatOftenTakesOneClassForAnother() {
    for (int seed = 0; seed < SEEDS; seed++) {
      // Class 3 is mostly called 5, and 5 mostly 5.
      Planted planted = new Planted(10, 1000, 0.8, o -> o == 3 ? 5 : o, seed);
      assertThat(planted.judge(10).same()).as("seed %d", seed).isTrue();
    }
  }

  @Test
  void noFalseAlarmForATeacherThatSaysOneThingOnDataThatAreMostlyAnother() {
    for (int seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      int[] labels = random.ints(1000, 0, 100).map(x -> x < 90 ? 0 : x % 10).toArray();
      int[] predicted = random.ints(1000, 0, 100).map(x -> x < 95 ? 3 : x % 10).toArray();
      assertThat(judge(labels, predicted, 10, 10).same()).as("seed %d", seed).isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource({"10, 200, 0.6, 1", "10, 200, 0.9, 9", "1000, 1000, 0.4, 1", "10, 100, 0.8, 5"})
  void namesAShift(int classes, int samples, double accuracy, int by) {
    Planted planted =
        new Planted(classes, samples, accuracy, label -> (label + classes - by) % classes, 1);
    assertThat(planted.judge(classes).order()).isEqualTo(new ClassOrder.Shifted(by, classes));
  }

  @Test
  void namesABackgroundClass() {
    Planted planted = new Planted(10, 200, 0.7, label -> label + 1, 1);
    assertThat(planted.judge(11).order()).isEqualTo(new ClassOrder.BehindBackground());
  }

  @Test
  void anUnusedOutputBehindTheClassesIsNoOtherOrder() {
    Planted planted = new Planted(10, 200, 0.7, label -> label, 1);
    assertThat(planted.judge(11).same()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4})
  void namesAShuffledOrder(int seed) {
    List<Integer> outputOf = new ArrayList<>(IntStream.range(0, 10).boxed().toList());
    Collections.shuffle(outputOf, new Random(seed));
    Planted planted = new Planted(10, 300, 0.6, outputOf::get, seed);

    ClassOrder order = planted.judge(10).order();

    assertThat(order).isInstanceOf(ClassOrder.Permuted.class);
    for (int label = 0; label < 10; label++) {
      assertThat(order.classOf(outputOf.get(label))).isEqualTo(label);
    }
  }

  @Test
  void namesTwoThatAreExchangedAmongMany() {
    Planted planted =
        new Planted(50, 4000, 0.7, label -> label == 7 ? 9 : label == 9 ? 7 : label, 1);

    ClassOrder order = planted.judge(50).order();

    assertThat(order.classOf(7)).isEqualTo(9);
    assertThat(order.classOf(9)).isEqualTo(7);
    assertThat(IntStream.range(0, 50).filter(o -> order.classOf(o) != o)).hasSize(2);
    assertThat(order.inWords(c -> "class " + c))
        .endsWith("another order: output 7 is class 9, output 9 is class 7");
  }

  @Test
  void namesOutputsOfClassesThatTheDataLacks() {
    Planted planted = new Planted(5, 400, 0.8, label -> 2 * label + 1, 1);

    ClassOrder order = planted.judge(12).order();

    assertThat(IntStream.range(0, 5).map(label -> order.classOf(2 * label + 1)))
        .containsExactly(0, 1, 2, 3, 4);
  }

  @Test
  @Timeout(10)
  void namesAFewOfTwentyThousandOutputs() {
    Planted planted = new Planted(10, 400, 0.8, label -> 2000 * label + 7, 1);

    ClassOrder order = planted.judge(21_843).order();

    assertThat(IntStream.range(0, 10).map(label -> order.classOf(2000 * label + 7)))
        .containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    assertThat(IntStream.range(0, 21_843).filter(o -> order.classOf(o) >= 0)).hasSize(10);
  }

  @Test
  void saysHowManySamplesWouldSettleIt() {
    Planted few = new Planted(10, 24, 1, label -> (label + 1) % 10, 1);
    ClassOrderJudge.Finding finding = few.judge(10);
    assertThat(finding.same()).isTrue();
    assertThat(finding.needed()).isPresent();

    Planted enough =
        new Planted(10, 2 * finding.needed().getAsInt(), 1, label -> (label + 1) % 10, 1);
    assertThat(enough.judge(10).order()).isEqualTo(new ClassOrder.Shifted(9, 10));
  }

  @Test
  void fewerThanTheLeastSamplesProveNothing() {
    int least = new ClassOrderJudge(new Truth(2, new int[] {0}), 2, DOUBT).leastSamples();
    Planted few = new Planted(10, least - 2, 1, label -> (label + 1) % 10, 1);
    assertThat(few.judge(10).same()).isTrue();
  }

  private static ClassOrderJudge.Finding judge(
      int[] labels, int[] predicted, int classes, int outputs) {
    return new ClassOrderJudge(new Truth(classes, labels), outputs, DOUBT).judge(predicted);
  }

  /** Samples of every class in turn, and answers: right with some probability, else any output. */
  private record Planted(
      int classes, int samples, double accuracy, IntUnaryOperator outputOf, int seed) {
    ClassOrderJudge.Finding judge(int outputs) {
      Random random = new Random(seed);
      int[] labels = IntStream.range(0, samples).map(i -> i % classes).toArray();
      int[] predicted =
          IntStream.of(labels)
              .map(
                  label ->
                      random.nextDouble() < accuracy
                          ? outputOf.applyAsInt(label)
                          : random.nextInt(outputs))
              .toArray();
      return ClassOrderJudgeTest.judge(labels, predicted, classes, outputs);
    }
  }
}
