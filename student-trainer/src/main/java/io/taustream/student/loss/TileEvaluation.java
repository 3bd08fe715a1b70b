package io.taustream.student.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;

/**
 * Tensors of libtorch, on any device and in double precision too: all pairs (i, j) of a tile of
 * channels i at a time, so that no intermediate is larger than B · C or {@value #TILE} elements.
 */
record TileEvaluation(Surrogate surrogate, Pairing pairing, double steepness)
    implements TauEvaluation {
  private static final long TILE = 1L << 22;

  @Override
  public Result evaluate(NDArray student, NDArray teacher) {
    NDManager manager = student.getManager();
    long batch = student.getShape().get(0);
    long classes = student.getShape().get(1);
    long width = Math.max(1, TILE / (batch * classes));
    NDList sums = new NDList();
    NDList gradients = new NDList();
    try (NDManager scratch = manager.newSubManager()) {
      for (long from = 0; from < classes; from += width) {
        try (NDManager tile = scratch.newSubManager()) {
          tile.tempAttachAll(student, teacher);
          Pairing.Pairs pairs = pairs(student, teacher, from, Math.min(classes, from + width));
          NDArray sum = pairs.agreement().sum().toType(DataType.FLOAT64, true);
          NDArray gradient = pairs.slope().sum(new int[] {2});
          sum.attach(scratch);
          gradient.attach(scratch);
          sums.add(sum);
          gradients.add(gradient);
        }
      }
      // All (i, j) have each pair twice and zeros on the diagonal.
      double ordered = (double) batch * classes * (classes - 1);
      NDArray value =
          NDArrays.stack(sums).sum().mul(-1 / ordered).add(1).toType(student.getDataType(), true);
      NDArray gradient = NDArrays.concat(gradients, 1).mul(-2 * steepness / ordered);
      value.attach(manager);
      gradient.attach(manager);
      return new Result(value, gradient);
    }
  }

  /** The pairs of the channels i in {@code [from, to)} with all channels: B × (to − from) × C. */
  private Pairing.Pairs pairs(NDArray student, NDArray teacher, long from, long to) {
    NDArray k = Constant.of(student, steepness);
    NDArray kDeltaS = differences(student, from, to).mul(k);
    return pairing.pairs(surrogate, kDeltaS, differences(teacher, from, to), k);
  }

  private static NDArray differences(NDArray x, long from, long to) {
    NDArray tile = x.get(new NDIndex(":, {}:{}", from, to));
    return tile.expandDims(2).sub(x.expandDims(1));
  }
}
