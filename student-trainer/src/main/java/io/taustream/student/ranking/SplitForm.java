package io.taustream.student.ranking;

import java.util.List;

/**
 * A curve of the student's difference times a function g of the teacher's, as a sum of products:
 * for x, y ≥ 0 g(x + y) ≈ Σₘ (−1)ᵐ · φₘ(e^(−r·x)) · φₘ(e^(−r·y)) with polynomials φₘ. What lies on
 * one side of a split of the teacher's logits is thereby taken apart from what lies on the other.
 *
 * <p>Each product has a series of its own for the curve: one that is small may have a coarse one.
 * Immutable.
 *
 * @param products by m, all series of one rate
 */
record SplitForm(List<Product> products) {
  // Polynomials of so many channels are taken at once: the numbers stay in the first-level cache.
  private static final int CHUNK = 256;

  /**
   * One of the products.
   *
   * @param series for the curve
   * @param coefficients of φₘ, from the constant up
   */
  record Product(ExponentialSeries series, List<Double> coefficients) {
    /** With a polynomial's coefficients from the constant up. */
    static Product of(ExponentialSeries series, Double... coefficients) {
      return new Product(series, List.of(coefficients));
    }

    /** Writes φₘ of the numbers in {@code [from, to)}, {@code offset} further on. */
    private void evaluate(double[] u, double[] target, int offset, int from, int to) {
      int n = coefficients.size() - 1;
      double leading = coefficients.get(n);
      for (int i = from; i < to; i++) {
        target[offset + i] = leading;
      }
      for (n--; n > 0; n -= 2) {
        double first = coefficients.get(n);
        double second = coefficients.get(n - 1);
        for (int i = from; i < to; i++) {
          target[offset + i] = (target[offset + i] * u[i] + first) * u[i] + second;
        }
      }
      if (n == 0) {
        double constant = coefficients.get(0);
        for (int i = from; i < to; i++) {
          target[offset + i] = target[offset + i] * u[i] + constant;
        }
      }
    }
  }

  SplitForm {
    products = List.copyOf(products);
  }

  /** g = 1, as the teacher's sign is: on which side of a split does not matter. */
  static SplitForm one(ExponentialSeries series) {
    return new SplitForm(List.of(Product.of(series, 1.0)));
  }

  /** Whether g = 1: φ₀ need not be computed. */
  boolean isOne() {
    return products.size() == 1 && products.get(0).coefficients().equals(List.of(1.0));
  }

  /** How many products. */
  int terms() {
    return products.size();
  }

  /** r. */
  double rate() {
    return products.get(0).series().rate();
  }

  /** (−1)ᵐ. */
  static double sign(int m) {
    return m % 2 == 0 ? 1 : -1;
  }

  /**
   * Writes φₘ of the numbers in {@code [from, to)}.
   *
   * @param targets for each m as many as there are numbers, one m behind the other
   */
  void evaluate(double[] u, double[] targets, int from, int to) {
    for (int begin = from; begin < to; begin += CHUNK) {
      int end = Math.min(to, begin + CHUNK);
      for (int m = 0; m < terms(); m++) {
        products.get(m).evaluate(u, targets, m * u.length, begin, end);
      }
    }
  }
}
