package io.taustream.student.ranking;

/**
 * How far the student agrees with the teacher on a pair of channels: an even function of (i, j),
 * zero where the teacher has a tie. Immutable.
 */
public sealed interface Agreement permits ProductAgreement, FactoredAgreement, SignAgreement {
  /** f. */
  Curve curve();

  /** k, above zero. */
  double steepness();

  /**
   * The agreement of channel i with the channels j from {@code from} on, and its derivatives by sᵢ
   * divided by k; by sⱼ they are the same, negated.
   *
   * @param row whose channels are in falling order of the teacher
   * @param from above i
   * @param length how many channels
   */
  void evaluate(OrderedRow row, int i, int from, int length, PairBuffers pairs);
}
