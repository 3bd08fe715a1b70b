package io.taustream.benchmarks;

/** One side of a {@link Contest}: does the same work in every round. */
@FunctionalInterface
interface Contender {
  /**
   * Does a round's work, all of it, before it returns.
   *
   * @return the seconds by the clock for which the library that is measured was at work
   */
  double round() throws Exception;
}
