package io.taustream.student.loss;

import ai.djl.ndarray.NDArray;
import io.taustream.storage.TaustreamException;
import io.taustream.student.ranking.Agreement;
import io.taustream.student.ranking.FactoredAgreement;
import io.taustream.student.ranking.ProductAgreement;
import io.taustream.student.ranking.SignAgreement;

/**
 * How a pair of channels' differences, Δs = sᵢ − sⱼ and Δt = tᵢ − tⱼ, become one agreement in [−1,
 * 1] under a surrogate f of steepness k. Each is symmetric in i and j, and zero for i = j.
 */
public enum Pairing {
  /** f(k·Δs·Δt): pairs count by how far apart both put them. */
  PRODUCT {
    @Override
    Pairs pairs(Surrogate f, NDArray kDeltaS, NDArray deltaT, NDArray k) {
      NDArray x = kDeltaS.mul(deltaT);
      return new Pairs(f.of(x), f.slope(x).mul(deltaT));
    }

    @Override
    public Agreement agreement(Surrogate f, double steepness) {
      return new ProductAgreement(f.curve(), steepness);
    }
  },
  /** f(k·Δs) · f(k·Δt): pairs count by how sure the teacher is, up to saturation. */
  FACTORED {
    @Override
    Pairs pairs(Surrogate f, NDArray kDeltaS, NDArray deltaT, NDArray k) {
      return weighted(f, kDeltaS, f.of(deltaT.mul(k)));
    }

    @Override
    public Agreement agreement(Surrogate f, double steepness) {
      return new FactoredAgreement(f.curve(), steepness);
    }
  },
  /** f(k·Δs) · sign(Δt): the teacher gives the order alone; its ties count for nothing. */
  SIGN {
    @Override
    Pairs pairs(Surrogate f, NDArray kDeltaS, NDArray deltaT, NDArray k) {
      return weighted(f, kDeltaS, deltaT.sign());
    }

    @Override
    public Agreement agreement(Surrogate f, double steepness) {
      return new SignAgreement(f.curve(), steepness);
    }
  };

  /**
   * Pairs of channels as tensors.
   *
   * @param agreement a
   * @param slope ∂a/∂sᵢ / k
   */
  record Pairs(NDArray agreement, NDArray slope) {}

  /**
   * The agreements of pairs and their slopes, element by element, without a graph.
   *
   * @param kDeltaS k·Δs
   * @param deltaT Δt, of the same shape
   * @param k the steepness, a scalar
   */
  abstract Pairs pairs(Surrogate f, NDArray kDeltaS, NDArray deltaT, NDArray k);

  /** The same outside libtorch. */
  public abstract Agreement agreement(Surrogate f, double steepness);

  private static Pairs weighted(Surrogate f, NDArray x, NDArray weight) {
    return new Pairs(f.of(x).mul(weight), f.slope(x).mul(weight));
  }

  /** The name in the configuration. */
  public String label() {
    return Label.of(this);
  }

  /**
   * The pairing of a configuration's name.
   *
   * @throws TaustreamException if there is none of that name
   */
  public static Pairing parse(String label) {
    return Label.parse(Pairing.class, label);
  }
}
