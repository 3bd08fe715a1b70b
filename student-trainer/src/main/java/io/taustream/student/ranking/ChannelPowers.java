package io.taustream.student.ranking;

import java.util.Arrays;
import java.util.List;

/**
 * What the channel that a sweep is at brings to {@link Moments}: powers of the exponential z of its
 * student logit, and their reciprocals with the weights of the series. Index n − 1 is of n.
 */
final class ChannelPowers {
  /** zⁿ. */
  final double[] rising;

  /** By m: wₘₙ · z⁻ⁿ, or n · wₘₙ · z⁻ⁿ. Products of the same series share an array. */
  final double[][] weighted;

  // By distinct series.
  private final double[][] distinct;
  private final double[][] values;
  private final double[][] slopes;

  ChannelPowers(SplitForm split) {
    List<ExponentialSeries> series =
        split.products().stream().map(SplitForm.Product::series).distinct().toList();
    distinct = new double[series.size()][];
    values = new double[series.size()][];
    slopes = new double[series.size()][];
    int most = 0;
    for (int i = 0; i < distinct.length; i++) {
      ExponentialSeries one = series.get(i);
      distinct[i] = new double[one.terms()];
      values[i] = new double[one.terms()];
      slopes[i] = new double[one.terms()];
      Arrays.setAll(values[i], n -> one.weight(n + 1));
      Arrays.setAll(slopes[i], n -> (n + 1) * one.weight(n + 1));
      most = Math.max(most, one.terms());
    }
    rising = new double[most];
    weighted =
        split.products().stream()
            .map(product -> distinct[series.indexOf(product.series())])
            .toArray(double[][]::new);
  }

  /**
   * Moves on to a channel.
   *
   * @param z growing in the direction of the sweep
   * @param reciprocal of z
   * @param slope whether the weights are n · wₘₙ
   */
  void set(double z, double reciprocal, boolean slope) {
    double[][] weights = slope ? slopes : values;
    double up = 1;
    for (int n = 0; n < rising.length; n++) {
      up *= z;
      rising[n] = up;
    }
    for (int i = 0; i < distinct.length; i++) {
      double[] factors = weights[i];
      double[] target = distinct[i];
      double down = 1;
      for (int n = 0; n < target.length; n++) {
        down *= reciprocal;
        target[n] = factors[n] * down;
      }
    }
  }
}
