package io.taustream.teacher.verify;

import io.taustream.teacher.verify.Truth.Part;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Proposes orders of classes that fit some samples better than the data's own. */
final class ClassOrders {
  /** Between orders that fit alike, outputs stay where they are. */
  private static final double STAY = 1e-9;

  private final Truth truth;
  private final int outputs;

  /**
   * @param outputs at least as many as there are classes
   */
  ClassOrders(Truth truth, int outputs) {
    this.truth = truth;
    this.outputs = outputs;
  }

  /** The order in which all is well. */
  ClassOrder same() {
    return new ClassOrder.Same(truth.classes());
  }

  /** The best order with a single number to it. */
  Optional<ClassOrder> shifted(Confusion confusion) {
    if (outputs == truth.classes() + 1) {
      return Optional.of(new ClassOrder.BehindBackground());
    }
    if (outputs > truth.classes()) {
      return Optional.empty();
    }
    double[] fits = new double[outputs];
    confusion.forEach(
        (output, label, share) -> fits[Math.floorMod(label - output, outputs)] += share);
    int best = 1;
    for (int by = 2; by < outputs; by++) {
      best = fits[by] > fits[best] ? by : best;
    }
    return Optional.of(new ClassOrder.Shifted(best, outputs));
  }

  /**
   * The best order of all, as far as it is worth a name: of the classes that change places with
   * each other those do so that gain so much by it that luck gives as much with a probability of at
   * most {@code doubt}. Empty where none does.
   */
  Optional<ClassOrder> permuted(Confusion confusion, Part part, double doubt) {
    int[] outputOf = best(confusion);
    for (List<Integer> together : changingPlaces(outputOf)) {
      if (luck(together, outputOf, confusion, part) > doubt) {
        together.forEach(label -> outputOf[label] = label);
      }
    }
    boolean moved = IntStream.range(0, outputOf.length).anyMatch(c -> outputOf[c] != c);
    return moved ? Optional.of(named(outputOf)) : Optional.empty();
  }

  /** The output of each class in the order that fits best. */
  private int[] best(Confusion confusion) {
    // Whatever output was never the largest and is no class's own is as good as no output.
    int[] possible = confusion.outputs(truth.classes());
    double[][] weights = new double[truth.classes()][possible.length];
    for (int c = 0; c < weights.length; c++) {
      for (int i = 0; i < possible.length; i++) {
        weights[c][i] = confusion.share(possible[i], c) + (possible[i] == c ? STAY : 0);
      }
    }
    return Arrays.stream(new Assignment(weights).columns()).map(i -> possible[i]).toArray();
  }

  /** The classes in groups: those of a group share their outputs among each other. */
  private static List<List<Integer>> changingPlaces(int[] outputOf) {
    boolean[] visited = new boolean[outputOf.length];
    List<List<Integer>> groups = new ArrayList<>();
    // Chains, which begin at a class whose own output is nobody's, before rings.
    boolean[] taken = new boolean[outputOf.length];
    Arrays.stream(outputOf).filter(o -> o < taken.length).forEach(o -> taken[o] = true);
    for (boolean rings : new boolean[] {false, true}) {
      for (int start = 0; start < outputOf.length; start++) {
        List<Integer> group = new ArrayList<>();
        if (taken[start] == rings) {
          int label = start;
          while (label < outputOf.length && !visited[label]) {
            visited[label] = true;
            group.add(label);
            label = outputOf[label];
          }
        }
        groups.add(group);
      }
    }
    return groups;
  }

  private double luck(List<Integer> labels, int[] outputOf, Confusion confusion, Part part) {
    double gain = 0;
    double squares = 0;
    for (int c : labels) {
      double won = confusion.share(outputOf[c], c);
      double lost = confusion.share(c, c);
      gain += won - lost;
      // A confusion is a sum of equal weights: each stands for weight² once.
      squares += (won + lost) * truth.weight(part, c);
    }
    return PairedTest.weighted(gain, squares);
  }

  private ClassOrder named(int[] outputOf) {
    List<Integer> classes = new ArrayList<>(Collections.nCopies(outputs, ClassOrder.NO_CLASS));
    for (int c = 0; c < outputOf.length; c++) {
      classes.set(outputOf[c], c);
    }
    int by = classes.get(0);
    boolean shifted = outputs == truth.classes();
    boolean behindBackground = outputs == truth.classes() + 1;
    for (int o = 0; o < outputs; o++) {
      shifted &= classes.get(o) == (o + by) % outputs;
      behindBackground &= classes.get(o) == o - 1;
    }
    if (behindBackground) {
      return new ClassOrder.BehindBackground();
    }
    return shifted ? new ClassOrder.Shifted(by, outputs) : new ClassOrder.Permuted(classes);
  }

  /**
   * Whether at least half of the outputs that an order moves are the commonest answer for their new
   * class, and that class the commonest for which they are given. A model in another order is; one
   * that merely confuses classes is not.
   */
  boolean plausible(ClassOrder order, Confusion confusion) {
    int moved = 0;
    int supported = 0;
    for (int o = 0; o < outputs; o++) {
      int label = order.classOf(o);
      if (label == same().classOf(o)
          || label == ClassOrder.NO_CLASS
          || truth.weight(Part.ALL, label) == 0) {
        continue;
      }
      moved++;
      supported += confusion.mostForEachOther(o, label) ? 1 : 0;
    }
    return moved > 0 && 2 * supported >= moved;
  }
}
