package io.taustream.teacher.verify;

import io.taustream.teacher.TeacherCard.OutputKind;
import java.util.List;
import java.util.OptionalDouble;

/**
 * How good the model's answers are, its outputs taken for the classes of the same number.
 *
 * @param top1 the share of samples whose class has the largest output
 * @param top5 the share of samples whose class is among the five largest; absent with 5 classes or
 *     fewer
 * @param nll the mean of −ln of the probability of the sample's class
 * @param confidence the mean of the largest probability: well above {@code top1}, the model is too
 *     sure of itself
 */
public record Score(double top1, OptionalDouble top5, double nll, double confidence) {
  private static final int FIVE = 5;

  /**
   * @param kind what the outputs are
   */
  static Score of(List<Answer> answers, int classes, OutputKind kind) {
    return new Score(
        answers.stream().mapToInt(a -> a.rank() == 0 ? 1 : 0).average().orElse(0),
        classes > FIVE
            ? answers.stream().mapToInt(a -> a.rank() < FIVE ? 1 : 0).average()
            : OptionalDouble.empty(),
        answers.stream().mapToDouble(a -> a.nll(kind)).average().orElse(0),
        answers.stream().mapToDouble(a -> a.confidence(kind)).average().orElse(0));
  }
}
