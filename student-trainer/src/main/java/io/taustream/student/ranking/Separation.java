package io.taustream.student.ranking;

/**
 * An agreement whose pairs need not be gone through one by one: f(k·Δs) · g(Δt) with f a sum of
 * exponentials, which {@link Method#MERGED} makes use of.
 *
 * @param split f and g
 * @param worthFrom the number of classes from which merging is faster, without ties; measured, see
 *     docs/losses.md
 */
record Separation(SplitForm split, int worthFrom) {}
