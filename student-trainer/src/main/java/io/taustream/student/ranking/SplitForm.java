package io.taustream.student.ranking;

/**
 * A function of a sum as a sum of products: f(x + y) ≈ Σₘ (−1)ᵐ · φₘ(e^(−r·x)) · φₘ(e^(−r·y)) for
 * x, y ≥ 0, with polynomials φₘ. What lies on one side of a split of the teacher's logits is
 * thereby taken apart from what lies on the other. Immutable.
 */
public final class SplitForm {
  /** f = 1: the teacher's sign, on which side of a split does not matter. */
  static final SplitForm ONE = new SplitForm(new double[][] {{1}});

  private final double[][] coefficients;

  /**
   * @param coefficients of φ₀, φ₁, …, each from the constant up
   */
  SplitForm(double[][] coefficients) {
    this.coefficients = new double[coefficients.length][];
    for (int m = 0; m < coefficients.length; m++) {
      this.coefficients[m] = coefficients[m].clone();
    }
  }

  /** How many products. */
  int terms() {
    return coefficients.length;
  }

  /** (−1)ᵐ. */
  static double sign(int m) {
    return m % 2 == 0 ? 1 : -1;
  }

  /** Writes φₘ(u) for every m from {@code at} on. */
  void evaluate(double u, double[] target, int at) {
    for (int m = 0; m < coefficients.length; m++) {
      double[] polynomial = coefficients[m];
      double sum = polynomial[polynomial.length - 1];
      for (int n = polynomial.length - 2; n >= 0; n--) {
        sum = sum * u + polynomial[n];
      }
      target[at + m] = sum;
    }
  }

  /** The sum of products for u = e^(−r·x) and v = e^(−r·y). */
  double value(double u, double v) {
    double[] both = new double[2 * terms()];
    evaluate(u, both, 0);
    evaluate(v, both, terms());
    double sum = 0;
    for (int m = 0; m < terms(); m++) {
      sum += sign(m) * both[m] * both[terms() + m];
    }
    return sum;
  }
}
