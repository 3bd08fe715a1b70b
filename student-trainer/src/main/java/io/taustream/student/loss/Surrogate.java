package io.taustream.student.loss;

import ai.djl.ndarray.NDArray;
import io.taustream.storage.TaustreamException;
import io.taustream.student.ranking.AlgebraicCurve;
import io.taustream.student.ranking.ArctanCurve;
import io.taustream.student.ranking.Curve;
import io.taustream.student.ranking.ErfCurve;
import io.taustream.student.ranking.LaplaceCurve;
import io.taustream.student.ranking.SoftsignCurve;
import io.taustream.student.ranking.TanhCurve;

/**
 * Smooth stand-ins for the sign function in Kendall's τ: odd, rising, with f(±∞) = ±1. All have a
 * finite slope everywhere, at zero too; what differs is the slope at zero and how fast the tails
 * run flat.
 */
public enum Surrogate {
  /** tanh(x); slope 1 at zero, exponential tails. */
  TANH(new TanhCurve()) {
    @Override
    NDArray of(NDArray x) {
      return x.tanh();
    }

    @Override
    NDArray slope(NDArray x) {
      // 4e / (1 + e)² with e = e^−2|x|: 1 − tanh² has no digits left where tanh is near 1, and Δt
      // multiplies what is left under PRODUCT.
      NDArray e = x.abs().mul(Constant.of(x, -2)).exp();
      return e.mul(Constant.of(x, 4)).div(e.add(Constant.of(x, 1)).square());
    }
  },
  /** (2/π) · arctan(x); slope 2/π at zero, tails 1/x. */
  ARCTAN(new ArctanCurve()) {
    @Override
    NDArray of(NDArray x) {
      return x.atan().mul(Constant.of(x, 2 / Math.PI));
    }

    @Override
    NDArray slope(NDArray x) {
      return x.square()
          .add(Constant.of(x, 1))
          .pow(Constant.of(x, -1))
          .mul(Constant.of(x, 2 / Math.PI));
    }
  },
  /** x / √(1 + x²); slope 1 at zero, tails 1/x². */
  ALGEBRAIC(new AlgebraicCurve()) {
    @Override
    NDArray of(NDArray x) {
      // Beyond, it is 1 to the last bit, and x² may overflow.
      NDArray c = x.maximum(Constant.of(x, -LARGEST)).minimum(Constant.of(x, LARGEST));
      return c.div(c.square().add(Constant.of(x, 1)).sqrt());
    }

    @Override
    NDArray slope(NDArray x) {
      return x.square().add(Constant.of(x, 1)).pow(Constant.of(x, -1.5));
    }
  },
  /** x / (1 + |x|); slope 1 at zero, tails 1/x. */
  SOFTSIGN(new SoftsignCurve()) {
    @Override
    NDArray of(NDArray x) {
      return x.div(x.abs().add(Constant.of(x, 1)));
    }

    @Override
    NDArray slope(NDArray x) {
      return x.abs().add(Constant.of(x, 1)).pow(Constant.of(x, -2));
    }
  },
  /** erf(x); slope 2/√π at zero, Gaussian tails. */
  ERF(new ErfCurve()) {
    @Override
    NDArray of(NDArray x) {
      return x.erf();
    }

    @Override
    NDArray slope(NDArray x) {
      return x.square().neg().exp().mul(Constant.of(x, 2 / Math.sqrt(Math.PI)));
    }
  },
  /** sign(x) · (1 − e^−|x|); slope 1 at zero, exponential tails. */
  LAPLACE(new LaplaceCurve()) {
    @Override
    NDArray of(NDArray x) {
      // e^min(x,0) − e^−max(x,0) is the same function with the true slope at zero, where sign(x)
      // and |x| would give none: min and max each pass half of the gradient there.
      NDArray zero = Constant.of(x, 0);
      return x.minimum(zero).exp().sub(x.maximum(zero).neg().exp());
    }

    @Override
    NDArray slope(NDArray x) {
      return x.abs().neg().exp();
    }
  };

  // Where x / √(1 + x²) is 1 to the last bit and x² still far from overflow.
  private static final double LARGEST = 1e9;

  @SuppressWarnings("ImmutableEnumChecker") // curves have no state
  private final Curve curve;

  Surrogate(Curve curve) {
    this.curve = curve;
  }

  /** The same function outside libtorch. */
  public Curve curve() {
    return curve;
  }

  /** f(x), element by element; gradients flow through it. */
  abstract NDArray of(NDArray x);

  /** f′(x), element by element, accurate relative to itself: a large factor may follow. */
  abstract NDArray slope(NDArray x);

  /** The name in the configuration. */
  public String label() {
    return Label.of(this);
  }

  /**
   * The surrogate of a configuration's name.
   *
   * @throws TaustreamException if there is none of that name
   */
  public static Surrogate parse(String label) {
    return Label.parse(Surrogate.class, label);
  }
}
