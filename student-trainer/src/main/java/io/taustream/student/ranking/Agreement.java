package io.taustream.student.ranking;

import java.util.Optional;

/**
 * How far the student agrees with the teacher on a pair of channels: an even function of (i, j),
 * zero where the teacher has a tie. Immutable.
 */
public sealed interface Agreement permits ProductAgreement, FactoredAgreement, SignAgreement {
  /** f. */
  Curve curve();

  /** k, above zero. */
  double steepness();

  /** How the agreement splits into sums that need no pairs, if it does. */
  default Optional<Separation> separation() {
    return Optional.empty();
  }

  /**
   * The agreement of channel i with the channels j from {@code from} on, and its derivatives by sᵢ
   * divided by k; by sⱼ they are the same, negated.
   *
   * @param s student logits
   * @param t teacher logits; tᵢ is above every tⱼ
   * @param from the first j
   * @param length how many channels
   */
  void evaluate(float[] s, float[] t, int i, int from, int length, PairBuffers pairs);
}
