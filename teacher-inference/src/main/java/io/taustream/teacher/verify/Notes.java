package io.taustream.teacher.verify;

import io.taustream.teacher.TeacherCard.OutputKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Says what else there is to know: what the samples cannot show, and what they only suggest. */
final class Notes {
  private final Truth truth;
  private final List<Evidence> all;
  private final Evidence best;
  private final OutputKind kind;
  private final List<String> notes = new ArrayList<>();

  /**
   * @param all the card's way first
   * @param best the way that was found to be right
   * @param kind what the outputs are
   */
  Notes(Truth truth, List<Evidence> all, Evidence best, OutputKind kind) {
    this.truth = truth;
    this.all = all;
    this.best = best;
    this.kind = kind;
  }

  /**
   * One line each.
   *
   * @param alike as good as the best
   * @param grey whether the samples have no colours
   */
  List<String> list(ClassOrderJudge orders, InputJudge inputs, List<Evidence> alike, boolean grey) {
    samples(orders, grey);
    unproven(inputs);
    if (best.luckOfGuessing() > Judgement.DOUBT) {
      add(
          "the accuracy is no better than guessing: the teacher knows nothing of this data, or is"
              + " fed in none of the ways that were tried");
    }
    if (!alike.isEmpty()) {
      add(
          "as good, on these samples: %s",
          alike.stream().map(Notes::name).collect(Collectors.joining("; ")));
    }
    inputs
        .surer(all, best, kind)
        .ifPresent(
            surer ->
                add(
                    "%s would give an NLL of %.4f at no less accuracy: perhaps it is the"
                        + " normalisation of the training, perhaps the teacher is too sure",
                    name(surer), Score.of(surer.answers(), truth.classes(), kind).nll()));
    if (OutputKinds.isOneSigmoidAClass(best.answers(), kind)) {
      add(
          "rows of probabilities do not sum to 1, as with one sigmoid a class; labels are their"
              + " logarithms, which the soft-max scales to a sum of 1");
    }
    return List.copyOf(notes);
  }

  private void samples(ClassOrderJudge orders, boolean grey) {
    if (truth.samples() < orders.leastSamples()) {
      add(
          "%d samples are too few to tell an order of classes; %d are the least",
          truth.samples(), orders.leastSamples());
    }
    if (truth.classesSeen() < truth.classes()) {
      add(
          "the samples are of %d of the %d classes; nothing is said of the others",
          truth.classesSeen(), truth.classes());
    }
    if (grey) {
      add("the samples are grey: they cannot show the order of the channels");
    }
  }

  private void unproven(InputJudge inputs) {
    best.order()
        .needed()
        .ifPresent(
            needed ->
                add(
                    "the classes seem to be in another order, but %d samples do not prove it; about"
                        + " %d would settle it",
                    truth.samples(), needed));
    if (best == all.get(0)) {
      inputs
          .suspicion(all, truth.samples())
          .ifPresent(
              suspected ->
                  add(
                      "%s seems to be better, accuracy %.4f instead of %.4f, but %d samples do not"
                          + " prove it; about %d would settle it",
                      name(suspected.evidence()),
                      suspected.comparison().after(),
                      suspected.comparison().before(),
                      truth.samples(),
                      suspected.needed()));
    }
  }

  private void add(String format, Object... values) {
    notes.add(String.format(Locale.ROOT, format, values));
  }

  private static String name(Evidence evidence) {
    return evidence.candidate().normalisation()
        + " in "
        + evidence.candidate().card().channels().name();
  }
}
