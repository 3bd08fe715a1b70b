package io.taustream.teacher;

/**
 * How many images a network takes at once.
 *
 * @param unit it is fed multiples of so many, filled up where they are fewer; 1: any number
 * @param largest the most that it is fed at once, as far as is known: it falls when memory does not
 *     hold more. Larger batches are labelled in parts
 */
public record BatchLimits(int unit, int largest) {
  /** Any number of images. */
  public static final BatchLimits NONE = new BatchLimits(1, Integer.MAX_VALUE);
}
