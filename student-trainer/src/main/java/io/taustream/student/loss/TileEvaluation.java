package io.taustream.student.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

/**
 * Tensors of libtorch, on any device and in double precision too: all pairs (i, j) of a tile of
 * leading channels i with all channels j at a time, so that no intermediate is larger than B · C or
 * {@value #TILE} elements.
 */
record TileEvaluation(Surrogate surrogate, Pairing pairing, double steepness)
    implements TauEvaluation {
  private static final long TILE = 1L << 22;

  @Override
  public Result evaluate(NDArray student, NDArray teacher, long leading) {
    NDManager manager = student.getManager();
    long batch = student.getShape().get(0);
    long classes = student.getShape().get(1);
    long width = Math.max(1, TILE / (batch * classes));
    NDList sums = new NDList();
    NDList gradients = new NDList();
    try (NDManager scratch = manager.newSubManager()) {
      // Of a pair of leading channels both orders are there, of all other pairs one.
      NDArray others = scratch.arange((int) classes).gte(leading);
      NDArray share = others.toType(student.getDataType(), true).add(1).div(2);
      NDArray behind = scratch.zeros(new Shape(batch, classes - leading), student.getDataType());
      for (long from = 0; from < leading; from += width) {
        try (NDManager tile = scratch.newSubManager()) {
          tile.tempAttachAll(student, teacher, share);
          Pairing.Pairs pairs = pairs(student, teacher, from, Math.min(leading, from + width));
          NDArray sum = pairs.agreement().mul(share).sum().toType(DataType.FLOAT64, true);
          NDArray gradient = pairs.slope().sum(new int[] {2});
          if (leading < classes) {
            behind.subi(pairs.slope().get(":, :, " + leading + ":").sum(new int[] {1}));
          }
          sum.attach(scratch);
          gradient.attach(scratch);
          sums.add(sum);
          gradients.add(gradient);
        }
      }
      if (leading < classes) {
        gradients.add(behind);
      }
      double all = (double) (batch * TauEvaluation.pairs(leading, classes));
      NDArray value =
          NDArrays.stack(sums).sum().mul(-1 / all).add(1).toType(student.getDataType(), true);
      NDArray gradient = NDArrays.concat(gradients, 1).mul(-steepness / all);
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
