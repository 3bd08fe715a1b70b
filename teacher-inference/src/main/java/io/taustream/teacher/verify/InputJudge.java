package io.taustream.teacher.verify;

import io.taustream.teacher.TeacherCard.OutputKind;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Tells whether another way to feed the model is better than the card's, each judged in the order
 * of classes that fits it. It must be right on at least one sample of a hundred more, and by more
 * than luck gives with the stated probability. Among ways that cannot be told apart the one that
 * changes least is named.
 */
final class InputJudge {
  private static final double LEAST_GAIN = 0.01;

  /** Above this, two ways are alike: here the doubt is in favour of the smaller change. */
  private static final double ALIKE = 0.05;

  /** The share by which the NLL must fall to be worth a remark. */
  private static final double LEAST_NLL_GAIN = 0.05;

  /** From here on a difference that is not proven is worth more samples. */
  private static final double WORTH_A_LOOK = 0.003;

  private final double doubt;

  /**
   * @param doubt the probability of a false alarm that is allowed, for each way but the first
   */
  InputJudge(double doubt) {
    this.doubt = doubt;
  }

  /**
   * What was found.
   *
   * @param best the way to feed the model: the card's where none is better
   * @param comparison of the best with the card's
   * @param alike others that do as well as the best
   */
  record Finding(Evidence best, Evidence.Comparison comparison, List<Evidence> alike) {}

  /**
   * Judges.
   *
   * @param all the card's way first
   * @param kind what the outputs are
   */
  Finding judge(List<Evidence> all, OutputKind kind) {
    Evidence stated = all.get(0);
    List<Evidence> better = all.stream().skip(1).filter(e -> isBetter(stated, e)).toList();
    if (better.isEmpty()) {
      return new Finding(stated, stated.against(stated), List.of());
    }
    Comparator<Evidence> byAccuracy =
        Comparator.comparingDouble(Evidence::accuracy)
            .thenComparing(Comparator.<Evidence>comparingDouble(e -> nll(e, kind)).reversed());
    Evidence top = better.stream().max(byAccuracy).orElseThrow();
    List<Evidence> alike =
        better.stream().filter(e -> e == top || e.against(top).luck() > ALIKE).toList();
    int fewest = alike.stream().mapToInt(e -> changes(stated, e)).min().orElse(0);
    Evidence best =
        alike.stream().filter(e -> changes(stated, e) == fewest).max(byAccuracy).orElseThrow();
    return new Finding(best, stated.against(best), alike.stream().filter(e -> e != best).toList());
  }

  private static int changes(Evidence stated, Evidence other) {
    return other.candidate().changes(stated.candidate());
  }

  private boolean isBetter(Evidence stated, Evidence other) {
    Evidence.Comparison comparison = stated.against(other);
    return comparison.gain() >= LEAST_GAIN && comparison.luck() <= doubt;
  }

  /**
   * A way that seems better than the card's, though the samples do not prove it.
   *
   * @param needed about how many samples would
   */
  record Suspicion(Evidence evidence, Evidence.Comparison comparison, int needed) {}

  /**
   * What is worth more samples, where nothing is proven.
   *
   * @param all the card's way first
   * @param samples in all
   */
  Optional<Suspicion> suspicion(List<Evidence> all, int samples) {
    Evidence stated = all.get(0);
    return all.stream()
        .skip(1)
        .map(other -> new Suspicion(other, stated.against(other), 0))
        .filter(s -> s.comparison().gain() >= LEAST_GAIN)
        .filter(s -> s.comparison().luck() <= WORTH_A_LOOK)
        .min(Comparator.comparingDouble(s -> s.comparison().luck()))
        .map(s -> new Suspicion(s.evidence(), s.comparison(), needed(s.comparison(), samples)));
  }

  /** The number of samples at which the same shares would be proof. */
  private int needed(Evidence.Comparison comparison, int samples) {
    int times = 10;
    while (PairedTest.mcnemar(comparison.better() * times / 10, comparison.worse() * times / 10)
        > doubt) {
      times++;
    }
    return (int) ((long) samples * times / 10);
  }

  /**
   * A way that has as many right as {@code best} and is surer of them: its NLL is lower in the mean
   * and on so many samples that luck does not give it. That may be the calibration as well as the
   * normalisation, so it is no fault.
   */
  Optional<Evidence> surer(List<Evidence> all, Evidence best, OutputKind kind) {
    return all.stream()
        .filter(e -> e != best && e.order().same() && best.order().same())
        .filter(e -> best.against(e).gain() >= 0)
        .filter(e -> nll(e, kind) <= (1 - LEAST_NLL_GAIN) * nll(best, kind))
        .filter(e -> luckOfNll(best, e, kind) <= doubt)
        .min(Comparator.comparingDouble(e -> nll(e, kind)));
  }

  private static double luckOfNll(Evidence before, Evidence after, OutputKind kind) {
    int lower = 0;
    int higher = 0;
    for (int i = 0; i < before.answers().size(); i++) {
      int order =
          Double.compare(before.answers().get(i).nll(kind), after.answers().get(i).nll(kind));
      lower += order > 0 ? 1 : 0;
      higher += order < 0 ? 1 : 0;
    }
    return PairedTest.mcnemar(lower, higher);
  }

  private static double nll(Evidence evidence, OutputKind kind) {
    return evidence.answers().stream().mapToDouble(a -> a.nll(kind)).average().orElse(0);
  }
}
