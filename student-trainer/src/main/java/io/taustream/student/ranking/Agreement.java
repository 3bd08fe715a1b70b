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
   * Puts the pairs of channel i with the channels j from {@code from} on into the buffers, for
   * {@link #evaluate}.
   *
   * @param s student logits
   * @param t teacher logits; tᵢ is above every tⱼ
   * @param from the first j
   * @param length how many
   * @param at where in the buffers
   */
  void put(float[] s, float[] t, int i, int from, int length, PairBuffers pairs, int at);

  /**
   * The agreements of the pairs in the buffers, and their derivatives by sᵢ divided by k; by sⱼ
   * they are the same, negated.
   *
   * @param length of all pairs together
   */
  void evaluate(int length, PairBuffers pairs);
}
