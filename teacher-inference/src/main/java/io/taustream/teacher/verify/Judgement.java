package io.taustream.teacher.verify;

import io.taustream.teacher.ClassMap;
import io.taustream.teacher.TeacherCard;
import io.taustream.teacher.TeacherCard.OutputKind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Brings the answers to all that was tried into one verdict. */
final class Judgement {
  /** The probability that a faultless teacher is found fault with. */
  static final double DOUBT = 0.01;

  private final TeacherCard stated;
  private final Truth truth;
  private final Faults faults;
  private final boolean grey;

  /**
   * @param grey whether the samples have no colours
   */
  Judgement(TeacherCard stated, Truth truth, Faults faults, boolean grey) {
    this.stated = stated;
    this.truth = truth;
    this.faults = faults;
    this.grey = grey;
  }

  /**
   * Judges.
   *
   * @param answers for each way that was tried, the card's first
   */
  TeacherVerdict of(Map<Candidate, List<Answer>> answers) {
    // One half of the doubt for orders of classes, one for inputs, each for all that was tried.
    double share = DOUBT / 2 / answers.size();
    ClassOrderJudge orders = new ClassOrderJudge(truth, stated.labelClasses(), share);
    List<Evidence> all =
        answers.entrySet().stream()
            .map(tried -> Evidence.of(tried.getKey(), tried.getValue(), truth, orders))
            .toList();
    Evidence first = all.get(0);
    InputJudge inputs = new InputJudge(share);
    InputJudge.Finding input = inputs.judge(all, stated.outputKind());
    OutputKind kind = OutputKinds.found(input.best().answers(), stated.outputKind());
    return new TeacherVerdict(
        truth.samples(),
        truth.classes(),
        Score.of(first.answers(), stated.labelClasses(), kind),
        stated,
        corrected(input.best(), kind),
        input.best().order().order(),
        trials(all, kind),
        faults(first, input, kind),
        new Notes(truth, all, input.best(), kind).list(orders, inputs, input.alike(), grey),
        input.best().luckOfGuessing());
  }

  private List<TeacherVerdict.Trial> trials(List<Evidence> all, OutputKind kind) {
    List<TeacherVerdict.Trial> trials = new ArrayList<>();
    trials.add(trial(all.get(0), all.get(0), kind));
    all.stream()
        .skip(1)
        .map(evidence -> trial(all.get(0), evidence, kind))
        .sorted(Comparator.comparingDouble(TeacherVerdict.Trial::accuracyInOrder).reversed())
        .forEach(trials::add);
    return trials;
  }

  private TeacherVerdict.Trial trial(Evidence first, Evidence evidence, OutputKind kind) {
    return new TeacherVerdict.Trial(
        evidence.candidate().normalisation(),
        evidence.candidate().card(),
        Score.of(evidence.answers(), stated.labelClasses(), kind),
        evidence.order().order(),
        evidence.accuracy(),
        evidence == first ? 1 : first.against(evidence).luck());
  }

  private List<Fault> faults(Evidence first, InputJudge.Finding input, OutputKind kind) {
    List<Fault> found = new ArrayList<>();
    Evidence best = input.best();
    TeacherCard corrected = corrected(best, kind);
    if (!sameCount()) {
      found.add(faults.classCount(stated.classes(), truth.classes(), corrected.classMap()));
    }
    if (!best.order().same()) {
      found.add(
          faults.classOrder(
              best.order().order(), best.accuracyInDataOrder(), best.accuracy(), corrected));
    }
    if (!best.candidate().sameChannels(first.candidate())) {
      found.add(faults.channels(best.candidate().card(), input.comparison()));
    }
    if (!best.candidate().sameNormalisation(first.candidate())) {
      found.add(faults.normalisation(best.candidate(), input.comparison()));
    }
    if (kind != stated.outputKind()) {
      found.add(faults.outputKind(kind, truth.samples()));
    }
    if (best.notFinite() > 0) {
      found.add(faults.notFinite(best.notFinite(), truth.samples()));
    }
    return found;
  }

  private boolean sameCount() {
    return stated.labelClasses() == truth.classes();
  }

  private TeacherCard corrected(Evidence best, OutputKind kind) {
    boolean mapFits = sameCount() && best.order().same();
    // An output of many that nothing speaks for is not written down as a class's.
    boolean mapUnknown = !sameCount() && (!best.knowsEveryClass() || best.luckOfGuessing() > DOUBT);
    Optional<ClassMap> map =
        mapFits || mapUnknown
            ? stated.classMap()
            : ClassMap.shortest(
                TeacherVerdict.classOfOutput(stated, best.order().order()),
                stated.classMap().map(ClassMap::unmapped).orElse(ClassMap.Unmapped.DROP));
    return best.candidate().card().withOutput(kind, map);
  }
}
