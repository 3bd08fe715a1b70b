package io.taustream.student.loss;

import ai.djl.ndarray.NDArray;
import io.taustream.storage.TaustreamException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * How a pair of channels' differences, Δs = sᵢ − sⱼ and Δt = tᵢ − tⱼ, become one agreement in [−1,
 * 1] under a surrogate f of steepness k. Each is even in (i, j) and zero for i = j.
 */
public enum Pairing {
  /** f(k·Δs·Δt): pairs count by how far apart both put them. */
  PRODUCT {
    @Override
    NDArray agreement(Surrogate f, NDArray kDeltaS, NDArray deltaT, NDArray k) {
      return f.of(kDeltaS.mul(deltaT));
    }
  },
  /** f(k·Δs) · f(k·Δt): pairs count by how sure the teacher is, up to saturation. */
  FACTORED {
    @Override
    NDArray agreement(Surrogate f, NDArray kDeltaS, NDArray deltaT, NDArray k) {
      return f.of(kDeltaS).mul(f.of(deltaT.mul(k)));
    }
  },
  /** f(k·Δs) · sign(Δt): the teacher gives the order alone; its ties count for nothing. */
  SIGN {
    @Override
    NDArray agreement(Surrogate f, NDArray kDeltaS, NDArray deltaT, NDArray k) {
      return f.of(kDeltaS).mul(deltaT.sign());
    }
  };

  /**
   * The agreement of every pair.
   *
   * @param kDeltaS k·Δs, B × C × C
   * @param deltaT Δt, B × C × C
   * @param k the steepness, a scalar
   * @return B × C × C
   */
  abstract NDArray agreement(Surrogate f, NDArray kDeltaS, NDArray deltaT, NDArray k);

  /** The name in the configuration. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The pairing of a configuration's name.
   *
   * @throws TaustreamException if there is none of that name
   */
  public static Pairing parse(String label) {
    return Arrays.stream(values())
        .filter(pairing -> pairing.label().equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new TaustreamException(
                    "Pairing '%s' is unknown; use one of %s"
                        .formatted(
                            label,
                            Arrays.stream(values())
                                .map(Pairing::label)
                                .collect(Collectors.joining(", ")))));
  }
}
