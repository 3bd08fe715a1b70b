package io.taustream.student.loss;

import ai.djl.ndarray.NDArray;

/** Kendall's τ_d as it is written: B × C × C tensors, gradients by libtorch's autograd. */
record PlainKendall(Surrogate surrogate, Pairing pairing, double steepness) implements Loss {
  @Override
  public String name() {
    return "kendall";
  }

  @Override
  public boolean needsTeacher() {
    return true;
  }

  @Override
  public NDArray value(LossInput input) {
    NDArray s = input.student();
    NDArray k = Constant.of(s, steepness);
    NDArray kDeltaS = differences(s.mul(k));
    NDArray deltaT = differences(input.teacherFor(this).ranking());
    NDArray agreement =
        switch (pairing) {
          case PRODUCT -> surrogate.of(kDeltaS.mul(deltaT));
          case FACTORED -> surrogate.of(kDeltaS).mul(surrogate.of(deltaT.mul(k)));
          case SIGN -> surrogate.of(kDeltaS).mul(deltaT.sign());
        };
    // The sum over all (i, j) has each pair twice and zeros on the diagonal.
    NDArray pairs =
        Constant.of(s, (double) input.batch() * input.classes() * (input.classes() - 1));
    return agreement.sum().div(pairs).neg().add(Constant.of(s, 1));
  }

  private static NDArray differences(NDArray x) {
    return x.expandDims(2).sub(x.expandDims(1));
  }
}
