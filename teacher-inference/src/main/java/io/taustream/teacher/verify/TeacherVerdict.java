package io.taustream.teacher.verify;

import io.taustream.teacher.ClassMap;
import io.taustream.teacher.TeacherCard;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What labelled samples say of a teacher.
 *
 * @param samples how many were judged
 * @param classes the data's
 * @param score how good the teacher is as its card says
 * @param stated the card in use
 * @param corrected the card that fits: {@code stated} where no fault of a card was found. Where the
 *     model has more outputs than the data has classes, it has a class map only if every class was
 *     recognised
 * @param order in which order the outputs stand for the classes, fed as {@code corrected} says; the
 *     outputs are those of the stated card, brought to classes where that has a class map
 * @param trials every way to feed the model that was tried, the card's first, then from the best to
 *     the worst
 * @param faults what makes the labels wrong; none: nothing was found
 * @param notes what else there is to know, one line each
 * @param luckOfGuessing the probability that guessing is right as often as the model, fed in the
 *     best way that was tried
 */
public record TeacherVerdict(
    int samples,
    int classes,
    Score score,
    TeacherCard stated,
    TeacherCard corrected,
    ClassOrder order,
    List<Trial> trials,
    List<Fault> faults,
    List<String> notes,
    double luckOfGuessing) {
  public TeacherVerdict {
    trials = List.copyOf(trials);
    faults = List.copyOf(faults);
    notes = List.copyOf(notes);
  }

  /** Whether the model does not prove to know more of the data than its classes' frequencies. */
  public boolean isGuessing() {
    return luckOfGuessing > Judgement.DOUBT;
  }

  /**
   * The faults and what to do about them in one line; empty where none was found.
   *
   * @param model what the line calls the teacher
   */
  public Optional<String> faultLine(String model) {
    if (faults.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        "teacher %s has %s: %s"
            .formatted(
                model,
                faults.size() == 1 ? "a fault" : faults.size() + " faults",
                faults.stream()
                    .map(fault -> fault.found() + " - " + fault.remedy())
                    .collect(Collectors.joining("; "))));
  }

  /** The data's class of each of the model's outputs, {@link ClassOrder#NO_CLASS} for none. */
  public List<Integer> classOfOutput() {
    return classOfOutput(stated, order);
  }

  static List<Integer> classOfOutput(TeacherCard stated, ClassOrder order) {
    if (stated.classMap().isPresent()
        && stated.classMap().get() instanceof ClassMap.Indices indices) {
      return indices.classOfOutput().stream()
          .map(c -> c == ClassMap.NO_CLASS ? ClassOrder.NO_CLASS : order.classOf(c))
          .toList();
    }
    return order.map(stated.classes());
  }

  /**
   * One way to feed the model.
   *
   * @param normalisation what it is called
   * @param card says it
   * @param score the outputs taken in the data's order
   * @param order in which the outputs then seem to be
   * @param accuracyInOrder the share of samples that is right in that order; where it is not the
   *     data's, of a half of the samples that the order was not found on
   * @param luck the probability of being so much better than the card's way by luck; 1 for that way
   *     itself
   */
  public record Trial(
      String normalisation,
      TeacherCard card,
      Score score,
      ClassOrder order,
      double accuracyInOrder,
      double luck) {}
}
