package io.taustream.student.ranking;

/** x / (1 + |x|); slope (1 + |x|)^−2. */
public record SoftsignCurve() implements Curve {
  @Override
  public double value(double x) {
    return x / (1 + Math.abs(x));
  }

  @Override
  public double slope(double x) {
    double r = 1 / (1 + Math.abs(x));
    return r * r;
  }

  @Override
  public void evaluate(float[] x, int length, float[] value, float[] slope) {
    for (int j = 0; j < length; j++) {
      float c = x[j];
      float r = 1f / (1f + Math.abs(c));
      value[j] = c * r;
      slope[j] = r * r;
    }
  }
}
