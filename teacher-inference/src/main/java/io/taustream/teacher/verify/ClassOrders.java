package io.taustream.teacher.verify;

import io.taustream.teacher.verify.Truth.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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
  Optional<ClassOrder> shifted(double[][] confusion) {
    if (outputs == truth.classes() + 1) {
      return Optional.of(new ClassOrder.BehindBackground());
    }
    if (outputs > truth.classes()) {
      return Optional.empty();
    }
    ClassOrder best = new ClassOrder.Shifted(1, outputs);
    for (int by = 2; by < outputs; by++) {
      ClassOrder other = new ClassOrder.Shifted(by, outputs);
      best = fit(confusion, other) > fit(confusion, best) ? other : best;
    }
    return Optional.of(best);
  }

  private double fit(double[][] confusion, ClassOrder order) {
    double sum = 0;
    for (int o = 0; o < outputs; o++) {
      sum += confusion[o][order.classOf(o)];
    }
    return sum;
  }

  /**
   * The best order of all, as far as it is worth a name: of its cycles those stay that gain so much
   * that luck gives as much with a probability of at most {@code doubt}. Empty where none does.
   */
  Optional<ClassOrder> permuted(double[][] confusion, Part part, double doubt) {
    double[][] weights = new double[outputs][outputs];
    for (int o = 0; o < outputs; o++) {
      System.arraycopy(confusion[o], 0, weights[o], 0, truth.classes());
      weights[o][o] += STAY;
    }
    int[] columns = Assignment.best(weights);
    boolean[] visited = new boolean[outputs];
    boolean moved = false;
    for (int o = 0; o < outputs; o++) {
      if (visited[o]) {
        continue;
      }
      List<Integer> cycle = cycle(o, columns);
      cycle.forEach(member -> visited[member] = true);
      if (cycle.size() > 1 && luck(cycle, columns, confusion, part) > doubt) {
        cycle.forEach(member -> columns[member] = member);
      }
      moved |= columns[o] != o;
    }
    return moved ? Optional.of(named(columns)) : Optional.empty();
  }

  private static List<Integer> cycle(int start, int[] columns) {
    List<Integer> cycle = new ArrayList<>();
    int member = start;
    do {
      cycle.add(member);
      member = columns[member];
    } while (member != start);
    return cycle;
  }

  private double luck(List<Integer> cycle, int[] columns, double[][] confusion, Part part) {
    double gain = 0;
    double squares = 0;
    for (int o : cycle) {
      double won = columns[o] < truth.classes() ? confusion[o][columns[o]] : 0;
      double lost = o < truth.classes() ? confusion[o][o] : 0;
      gain += won - lost;
      // A confusion is a sum of equal weights: each stands for weight² once.
      squares += won > 0 ? won * truth.weight(part, columns[o]) : 0;
      squares += lost > 0 ? lost * truth.weight(part, o) : 0;
    }
    return PairedTest.weighted(gain, squares);
  }

  private ClassOrder named(int[] columns) {
    int by = columns[0];
    boolean shifted = outputs == truth.classes();
    boolean behindBackground = outputs == truth.classes() + 1;
    List<Integer> classes = new ArrayList<>();
    for (int o = 0; o < outputs; o++) {
      int label = columns[o] < truth.classes() ? columns[o] : ClassOrder.NO_CLASS;
      classes.add(label);
      shifted &= label == (o + by) % outputs;
      behindBackground &= label == o - 1;
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
  boolean plausible(ClassOrder order, double[][] confusion) {
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
      supported += mostForEachOther(o, label, confusion) ? 1 : 0;
    }
    return moved > 0 && 2 * supported >= moved;
  }

  private boolean mostForEachOther(int output, int label, double[][] confusion) {
    double together = confusion[output][label];
    if (together == 0) {
      return false;
    }
    for (int o = 0; o < outputs; o++) {
      if (confusion[o][label] > together) {
        return false;
      }
    }
    for (int c = 0; c < truth.classes(); c++) {
      if (confusion[output][c] > together) {
        return false;
      }
    }
    return true;
  }
}
