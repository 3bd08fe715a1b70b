package io.taustream.student.ranking;

/**
 * An agreement whose pairs need not be gone through one by one: f(k·Δs) · g(Δt) with f a sum of
 * exponentials, which {@link Method#MERGED} makes use of.
 *
 * @param series f
 * @param split g
 * @param worthFrom the number of classes from which merging is faster, without ties; measured, see
 *     docs/losses.md
 */
public record Separation(ExponentialSeries series, SplitForm split, int worthFrom) {}
