package io.taustream.student.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.taustream.student.ranking.RankingLoss;

/** Rows of float32 logits on the CPU, outside libtorch; see {@link RankingLoss}. */
record RowEvaluation(RankingLoss loss) implements TauEvaluation {
  @Override
  public Result evaluate(NDArray student, NDArray teacher, long leading) {
    int classes = Math.toIntExact(student.getShape().get(1));
    float[] s = student.toFloatArray();
    float[] gradient = new float[s.length];
    long pairs = TauEvaluation.pairs(leading, classes);
    double value = loss.evaluate(s, teacher.toFloatArray(), classes, pairs, gradient);
    NDManager manager = student.getManager();
    return new Result(manager.create((float) value), manager.create(gradient, student.getShape()));
  }
}
