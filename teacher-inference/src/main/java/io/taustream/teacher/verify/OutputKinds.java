package io.taustream.teacher.verify;

import io.taustream.teacher.TeacherCard.OutputKind;
import java.util.List;

/** Tells what a model's output is from its values. */
final class OutputKinds {
  private OutputKinds() {}

  /**
   * What the output is: probabilities where every row is a distribution, although the card says
   * logits; logits where a value can be no probability, although the card says so; else what the
   * card says.
   */
  static OutputKind found(List<Answer> answers, OutputKind stated) {
    List<Answer> finite = finite(answers);
    if (finite.isEmpty()) {
      return stated;
    }
    return switch (stated) {
      case LOGITS ->
          finite.stream().allMatch(Answer::distribution)
              ? OutputKind.PROBABILITIES
              : OutputKind.LOGITS;
      case PROBABILITIES ->
          finite.stream().allMatch(Answer::withinUnit)
              ? OutputKind.PROBABILITIES
              : OutputKind.LOGITS;
    };
  }

  /** Whether rows of probabilities do not sum to 1, as one sigmoid a class gives them. */
  static boolean isOneSigmoidAClass(List<Answer> answers, OutputKind found) {
    return found == OutputKind.PROBABILITIES
        && !finite(answers).stream().allMatch(Answer::distribution);
  }

  private static List<Answer> finite(List<Answer> answers) {
    return answers.stream().filter(a -> a.predicted() != Answer.NOTHING).toList();
  }
}
