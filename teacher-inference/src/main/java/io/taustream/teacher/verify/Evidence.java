package io.taustream.teacher.verify;

import io.taustream.teacher.verify.Truth.Part;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What the model said when it was fed in one way, and in which order its outputs then seem to be.
 * Immutable.
 */
final class Evidence {
  private final Candidate candidate;
  private final List<Answer> answers;
  private final int[] predicted;
  private final ClassOrderJudge.Finding order;
  private final Truth truth;

  private Evidence(
      Candidate candidate,
      List<Answer> answers,
      int[] predicted,
      ClassOrderJudge.Finding order,
      Truth truth) {
    this.candidate = candidate;
    this.answers = List.copyOf(answers);
    this.predicted = predicted;
    this.order = order;
    this.truth = truth;
  }

  /**
   * @param answers one for each sample of {@code truth}
   */
  static Evidence of(
      Candidate candidate, List<Answer> answers, Truth truth, ClassOrderJudge judge) {
    int[] predicted = answers.stream().mapToInt(Answer::predicted).toArray();
    return new Evidence(candidate, answers, predicted, judge.judge(predicted), truth);
  }

  Candidate candidate() {
    return candidate;
  }

  List<Answer> answers() {
    return answers;
  }

  ClassOrderJudge.Finding order() {
    return order;
  }

  /**
   * The share of samples that is right, outputs read in the order found; of the tested half of the
   * samples where another order was found on the first.
   */
  double accuracy() {
    return truth.accuracy(predicted, order.fitted(), part());
  }

  /** The same, outputs read in the data's order. */
  double accuracyInDataOrder() {
    return truth.accuracy(predicted, new ClassOrder.Same(truth.classes()), part());
  }

  private Part part() {
    return order.same() ? Part.ALL : Part.TESTED;
  }

  /** Whether each of the data's classes was recognised at least once, in the order found. */
  boolean knowsEveryClass() {
    return IntStream.range(0, truth.samples())
            .filter(i -> truth.right(i, predicted[i], order.order()))
            .map(truth::label)
            .distinct()
            .count()
        == truth.classes();
  }

  /** Samples with an output that is not finite. */
  int notFinite() {
    return (int) answers.stream().filter(a -> a.predicted() == Answer.NOTHING).count();
  }

  /** How probable it is that guessing is right as often. */
  double luckOfGuessing() {
    int[] counts = new int[truth.classes()];
    int samples = 0;
    for (int i = 0; i < truth.samples(); i++) {
      if (truth.in(part(), i)) {
        counts[truth.label(i)]++;
        samples++;
      }
    }
    int commonest = 0;
    for (int count : counts) {
      commonest = Math.max(commonest, count);
    }
    return samples == 0
        ? 1
        : PairedTest.tail(
            samples, (int) Math.round(accuracy() * samples), (double) commonest / samples);
  }

  /** Compares another way to feed the model with this one, each in the order found for it. */
  Comparison against(Evidence other) {
    Part part = order.same() && other.order.same() ? Part.ALL : Part.TESTED;
    int right = 0;
    int better = 0;
    int worse = 0;
    int samples = 0;
    for (int i = 0; i < truth.samples(); i++) {
      if (truth.in(part, i)) {
        boolean before = truth.right(i, predicted[i], order.fitted());
        boolean after = truth.right(i, other.predicted[i], other.order.fitted());
        right += before ? 1 : 0;
        better += after && !before ? 1 : 0;
        worse += before && !after ? 1 : 0;
        samples++;
      }
    }
    return new Comparison(right, better, worse, samples);
  }

  /**
   * How two ways to feed the model compare on the same samples.
   *
   * @param right samples that the first has right
   * @param better samples that only the second has right
   * @param worse samples that only the first has right
   * @param samples in all
   */
  record Comparison(int right, int better, int worse, int samples) {
    /** The accuracy that the second has more. */
    double gain() {
      return samples == 0 ? 0 : (double) (better - worse) / samples;
    }

    /** The first's accuracy. */
    double before() {
      return samples == 0 ? 0 : (double) right / samples;
    }

    /** The second's accuracy. */
    double after() {
      return before() + gain();
    }

    /** The probability of so much gain by luck. */
    double luck() {
      return PairedTest.mcnemar(better, worse);
    }
  }
}
