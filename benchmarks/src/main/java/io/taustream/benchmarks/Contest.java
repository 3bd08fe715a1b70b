package io.taustream.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Taustream and a bare loop in turns, in one process: A B, B A, A B, …, so that what else the
 * machine does, and how warm it is, meets both alike.
 *
 * @param name of the benchmark
 * @param images that each side works through in a round
 */
record Contest(String name, int images, Contender taustream, Contender bare) {

  /** The costs of both sides in one round. */
  record Round(Cost taustream, Cost bare) {}

  /**
   * What came out.
   *
   * @param rounds those that count, in order
   */
  record Outcome(String name, int images, List<Round> rounds) {
    /** The bare loop's cost over Taustream's: 1 where Taustream costs nothing beside it. */
    Ratio ratio(ToDoubleFunction<Cost> cost) {
      return Ratio.of(
          rounds.stream()
              .map(
                  round -> cost.applyAsDouble(round.bare()) / cost.applyAsDouble(round.taustream()))
              .toList());
    }

    /** The median over the rounds of what an image costs one side, in microseconds. */
    double microsecondsAnImage(ToDoubleFunction<Round> seconds) {
      List<Double> all =
          rounds.stream().map(round -> seconds.applyAsDouble(round) * 1e6 / images).toList();
      return Ratio.of(all).median();
    }
  }

  /**
   * Holds the contest.
   *
   * @param warmUp rounds that do not count
   * @param counted rounds that do, at least 1
   */
  Outcome hold(int warmUp, int counted) throws Exception {
    List<Round> rounds = new ArrayList<>();
    for (int i = 0; i < warmUp + counted; i++) {
      Round round;
      if (i % 2 == 0) {
        Cost first = Cost.of(taustream);
        round = new Round(first, Cost.of(bare));
      } else {
        Cost first = Cost.of(bare);
        round = new Round(Cost.of(taustream), first);
      }
      if (i >= warmUp) {
        rounds.add(round);
      }
    }
    return new Outcome(name, images, rounds);
  }
}
