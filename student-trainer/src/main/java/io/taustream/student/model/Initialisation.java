package io.taustream.student.model;

/** The value of a tensor's element before the first step, by the element's index. */
@FunctionalInterface
interface Initialisation {
  float value(CounterRandom random, long index);

  static Initialisation constant(float value) {
    return (random, index) -> value;
  }

  /**
   * Normal with mean 0 and variance 2 / fanOut, for a layer before a ReLU (He et al., "Delving deep
   * into rectifiers", arXiv 1502.01852, equation 14).
   */
  static Initialisation heNormal(int fanOut) {
    return normal(Math.sqrt(2.0 / fanOut));
  }

  /** Normal with mean 0. */
  static Initialisation normal(double deviation) {
    return (random, index) -> (float) (deviation * random.normal(index));
  }

  /** Uniform in [−1/√fanIn, 1/√fanIn), as PyTorch initialises linear layers and convolutions. */
  static Initialisation uniform(int fanIn) {
    double bound = 1 / Math.sqrt(fanIn);
    return (random, index) -> (float) (bound * (2 * random.uniform(index) - 1));
  }
}
