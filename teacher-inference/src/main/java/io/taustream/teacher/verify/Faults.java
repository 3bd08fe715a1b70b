package io.taustream.teacher.verify;

import io.taustream.teacher.ClassMap;
import io.taustream.teacher.TeacherCard;
import io.taustream.teacher.TeacherCard.OutputKind;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Says what was found and what to do. */
final class Faults {
  /** A longer map is no line for people. */
  private static final int MOST_OUTPUTS = 100;

  private final List<String> classNames;

  /**
   * @param classNames the data's, or none
   */
  Faults(List<String> classNames) {
    this.classNames = List.copyOf(classNames);
  }

  /**
   * @param map that was found to fit
   */
  Fault classCount(int outputs, int classes, Optional<ClassMap> map) {
    return new Fault(
        Fault.Kind.CLASS_COUNT,
        "the model has %d outputs, the data %d classes".formatted(outputs, classes),
        map.map(Faults::write)
            .orElse(
                "write into the card what each output stands for: class-names: FILE of one name an output, matched with data.class-names, or class-map: [...] of the data's class of each output, none where there is none"));
  }

  /**
   * @param corrected the card that fits
   */
  Fault classOrder(ClassOrder order, double before, double after, TeacherCard corrected) {
    return new Fault(
        Fault.Kind.CLASS_ORDER,
        "%s; read so its accuracy is %s instead of %s"
            .formatted(order.inWords(this::className), share(after), share(before)),
        corrected
            .classMap()
            .map(Faults::write)
            .orElse("take class-map, or class-names, out of the card"));
  }

  private static String write(ClassMap map) {
    return map.outputs() > MOST_OUTPUTS
        ? "write into the card the class-map of the corrected card; --write-card does"
        : "write into the card: " + map.line();
  }

  private String className(int label) {
    return "class " + label + (label < classNames.size() ? " (" + classNames.get(label) + ")" : "");
  }

  Fault channels(TeacherCard card, Evidence.Comparison comparison) {
    String channels = key(card.channels());
    return new Fault(
        Fault.Kind.CHANNELS,
        "the model takes %s; fed so its accuracy is %s"
            .formatted(channels.toUpperCase(Locale.ROOT), gain(comparison)),
        "write into the card: channels: %s, mean: %s, deviation: %s"
            .formatted(channels, card.mean(), card.deviation()));
  }

  Fault normalisation(Candidate best, Evidence.Comparison comparison) {
    TeacherCard card = best.card();
    return new Fault(
        Fault.Kind.NORMALISATION,
        "pixels are normalised wrongly; with %s the accuracy is %s"
            .formatted(best.normalisation(), gain(comparison)),
        "write into the card: mean: %s, deviation: %s, range: %d"
            .formatted(card.mean(), card.deviation(), card.range()));
  }

  Fault outputKind(OutputKind found, int samples) {
    return new Fault(
        Fault.Kind.OUTPUT_KIND,
        found == OutputKind.PROBABILITIES
            ? "the output is probabilities, not logits: on all %d samples none is negative and they sum to 1"
                .formatted(samples)
            : "the output is logits, not probabilities: it has values outside 0 to 1",
        "write into the card: output-kind: " + key(found));
  }

  Fault notFinite(int count, int samples) {
    return new Fault(
        Fault.Kind.NOT_FINITE,
        "the output is not finite on %d of %d samples".formatted(count, samples),
        "check range in the card, then the model's weights");
  }

  private static String gain(Evidence.Comparison comparison) {
    return "%s instead of %s (by luck with a probability of %s)"
        .formatted(
            share(comparison.after()),
            share(comparison.before()),
            String.format(Locale.ROOT, "%.0e", comparison.luck()));
  }

  private static String share(double accuracy) {
    return String.format(Locale.ROOT, "%.4f", accuracy);
  }

  /** As a card spells it. */
  private static String key(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
