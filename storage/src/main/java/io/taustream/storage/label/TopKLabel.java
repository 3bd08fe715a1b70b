package io.taustream.storage.label;

/**
 * One top-k label as stored. The arrays belong to the receiver.
 *
 * @param indices the k classes with the largest logits, by falling logit, ties by rising class
 * @param logits their logits, rounded to float16
 * @param restLogSumExp for each temperature T of {@link TopK#restTemperatures}, the log-sum-exp of
 *     the other classes' logits divided by T, from the teacher's float32 logits
 */
// Arrays: a record of primitives read by the million; nobody compares labels by identity.
@SuppressWarnings("ArrayRecordComponent")
public record TopKLabel(int[] indices, float[] logits, float[] restLogSumExp) {}
