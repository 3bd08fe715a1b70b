package io.taustream.storage.label;

import java.nio.FloatBuffer;
import java.nio.IntBuffer;

/**
 * Where sampled labels are read to, row by row: every reading advances all six positions. Borrowed
 * memory.
 *
 * @param topIndex the class of the teacher's largest logit, one a row
 * @param topLogit its logit, one a row
 * @param indices the distinct drawn classes by falling logit, then 0; n a row
 * @param counts how often each was drawn, then 0; n a row
 * @param logits their logits, then 0; n a row
 * @param logSumExp for each of the m temperatures T, the log-sum-exp of all logits divided by T, m
 *     a row
 */
public record SampledColumns(
    IntBuffer topIndex,
    FloatBuffer topLogit,
    IntBuffer indices,
    IntBuffer counts,
    FloatBuffer logits,
    FloatBuffer logSumExp) {
  /** Memory of its own for so many rows. */
  public static SampledColumns allocate(int rows, Sampled encoding) {
    int draws = rows * encoding.n();
    return new SampledColumns(
        IntBuffer.allocate(rows),
        FloatBuffer.allocate(rows),
        IntBuffer.allocate(draws),
        IntBuffer.allocate(draws),
        FloatBuffer.allocate(draws),
        FloatBuffer.allocate(rows * encoding.temperatures().size()));
  }
}
