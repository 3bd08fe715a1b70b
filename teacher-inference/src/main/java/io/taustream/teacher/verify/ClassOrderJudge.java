package io.taustream.teacher.verify;

import io.taustream.teacher.verify.Truth.Part;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Tells from a model's answers in which order its outputs stand for the classes. Another order than
 * the data's is named only where it is better beyond doubt: found on one half of the samples, it
 * must be better on the other by more than luck gives with the stated probability. The simplest
 * that is wins: a shift before any other order.
 */
final class ClassOrderJudge {
  /** Within one half, where an order was chosen to fit: not what is answered for. */
  private static final double DOUBT_OF_A_CYCLE = 0.1;

  private static final double DOUBT_OF_A_NAME = 0.01;

  /** From here on a difference that is not proven is worth more samples. */
  private static final double WORTH_A_LOOK = 0.05;

  private final Truth truth;
  private final double doubt;
  private final ClassOrders orders;

  /**
   * @param outputs of the model, at least as many as there are classes
   * @param doubt the probability of a false alarm that is allowed, above 0, for one model
   */
  ClassOrderJudge(Truth truth, int outputs, double doubt) {
    this.truth = truth;
    // Two kinds of order are tried.
    this.doubt = doubt / 2;
    this.orders = new ClassOrders(truth, outputs);
  }

  /**
   * What was found.
   *
   * @param order named from all samples
   * @param fitted the order as the first half of the samples has it: what may be tested on the
   *     other half
   * @param needed how many samples would settle it, where another order seems better and they are
   *     too few to tell
   */
  record Finding(ClassOrder order, ClassOrder fitted, OptionalInt needed) {
    boolean same() {
      return order instanceof ClassOrder.Same;
    }
  }

  /** The least number of samples that can prove anything. */
  int leastSamples() {
    return (int) Math.ceil(4 * -Math.log(doubt));
  }

  /**
   * Judges.
   *
   * @param predicted the largest output of each sample, or {@link Answer#NOTHING}
   */
  Finding judge(int[] predicted) {
    ClassOrder same = orders.same();
    Confusion half = new Confusion(truth, predicted, Part.FITTED);
    Confusion whole = new Confusion(truth, predicted, Part.ALL);
    Optional<ClassOrder> shifted =
        orders.shifted(half).filter(order -> fits(predicted, order, whole));
    Optional<ClassOrder> permuted =
        orders
            .permuted(half, Part.FITTED, DOUBT_OF_A_CYCLE)
            .filter(order -> orders.plausible(order, whole));
    Optional<ClassOrder> shift = shifted.filter(order -> luck(predicted, same, order) <= doubt);
    ClassOrder simplest = shift.orElse(same);
    if (permuted.filter(order -> luck(predicted, simplest, order) <= doubt).isPresent()) {
      ClassOrder named =
          orders
              .permuted(whole, Part.ALL, DOUBT_OF_A_NAME)
              .filter(order -> orders.plausible(order, whole))
              .orElse(permuted.get());
      return new Finding(named, permuted.get(), OptionalInt.empty());
    }
    if (shift.isPresent()) {
      return new Finding(shift.get(), shift.get(), OptionalInt.empty());
    }
    return new Finding(same, same, needed(predicted, shifted, permuted));
  }

  /** A shift has one number: it need not show in every class, but then doubles the accuracy. */
  private boolean fits(int[] predicted, ClassOrder order, Confusion whole) {
    double now = truth.accuracy(predicted, orders.same(), Part.ALL);
    return truth.accuracy(predicted, order, Part.ALL) >= 2 * now || orders.plausible(order, whole);
  }

  /** How probable it is that {@code other} is so much better on the tested half by luck. */
  private double luck(int[] predicted, ClassOrder order, ClassOrder other) {
    double gain = 0;
    double squares = 0;
    for (int i = 0; i < truth.samples(); i++) {
      if (truth.in(Part.TESTED, i)) {
        boolean before = truth.right(i, predicted[i], order);
        boolean after = truth.right(i, predicted[i], other);
        double weight = truth.weight(Part.TESTED, truth.label(i));
        gain += before == after ? 0 : after ? weight : -weight;
        squares += before == after ? 0 : weight * weight;
      }
    }
    return PairedTest.weighted(gain, squares);
  }

  private OptionalInt needed(
      int[] predicted, Optional<ClassOrder> shifted, Optional<ClassOrder> permuted) {
    double least = 1;
    for (Optional<ClassOrder> order : List.of(shifted, permuted)) {
      least = Math.min(least, order.map(o -> luck(predicted, orders.same(), o)).orElse(1.0));
    }
    return least > WORTH_A_LOOK
        ? OptionalInt.empty()
        : OptionalInt.of((int) Math.ceil(truth.samples() * Math.log(doubt) / Math.log(least)));
  }
}
