package io.taustream.storage.label;

import java.nio.FloatBuffer;
import java.nio.IntBuffer;

/**
 * Where top-k labels are read to, row by row: every reading advances all four positions. Borrowed
 * memory.
 *
 * @param indices k classes a row, by falling logit, ties by rising class
 * @param logits their logits, k a row
 * @param restLogSumExp for each of the m rest temperatures T, the log-sum-exp of the other classes'
 *     logits divided by T, m a row
 * @param restMoments mean and population variance of the other classes' logits, two a row
 */
public record TopKColumns(
    IntBuffer indices, FloatBuffer logits, FloatBuffer restLogSumExp, FloatBuffer restMoments) {
  /** Memory of its own for so many rows. */
  public static TopKColumns allocate(int rows, TopK encoding) {
    return new TopKColumns(
        IntBuffer.allocate(rows * encoding.k()),
        FloatBuffer.allocate(rows * encoding.k()),
        FloatBuffer.allocate(rows * encoding.restTemperatures().size()),
        FloatBuffer.allocate(rows * TopK.MOMENTS));
  }
}
