package io.taustream.student.diagnose;

import java.util.Optional;

/**
 * How predictions changed from one evaluation to the next, beside the change of KL to the teacher
 * ({@link SampleOutcomes}): does the student come nearer to the teacher and yet say what is wrong?
 *
 * @param samples with a label, seen by both evaluations
 * @param turnedWrong of these, right before and wrong now
 * @param turnedRight of these, wrong before and right now
 * @param klFell of the samples, those whose KL is smaller now
 * @param fellWasRight of those, right before: the ones that could turn wrong
 * @param fellTurnedWrong of those, right before and wrong now
 * @param fellTurnedRight of {@code klFell}, wrong before and right now
 */
public record Drift(
    long samples,
    long turnedWrong,
    long turnedRight,
    long klFell,
    long fellWasRight,
    long fellTurnedWrong,
    long fellTurnedRight) {

  /**
   * Compares two evaluations of the same samples in the same order.
   *
   * @return empty where they cannot be compared: another number of samples, or none with a label
   */
  public static Optional<Drift> between(SampleOutcomes before, SampleOutcomes now) {
    if (before.size() != now.size()) {
      return Optional.empty();
    }
    long samples = 0;
    long turnedWrong = 0;
    long turnedRight = 0;
    long klFell = 0;
    long fellWasRight = 0;
    long fellTurnedWrong = 0;
    long fellTurnedRight = 0;
    for (int i = 0; i < now.size(); i++) {
      if (!before.known(i) || !now.known(i)) {
        continue;
      }
      int wrong = before.right(i) && !now.right(i) ? 1 : 0;
      int right = !before.right(i) && now.right(i) ? 1 : 0;
      samples++;
      turnedWrong += wrong;
      turnedRight += right;
      if (now.kl(i) < before.kl(i)) {
        klFell++;
        fellWasRight += before.right(i) ? 1 : 0;
        fellTurnedWrong += wrong;
        fellTurnedRight += right;
      }
    }
    return samples == 0
        ? Optional.empty()
        : Optional.of(
            new Drift(
                samples,
                turnedWrong,
                turnedRight,
                klFell,
                fellWasRight,
                fellTurnedWrong,
                fellTurnedRight));
  }
}
