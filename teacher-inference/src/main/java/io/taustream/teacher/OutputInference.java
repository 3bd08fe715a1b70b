package io.taustream.teacher;

import io.taustream.teacher.TeacherCard.OutputKind;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Finds the output that teaches, for {@link CardInference}.
 *
 * <ul>
 *   <li>output: the only output, or the only one of shape [N, classes]; a guess, the one called
 *       {@code logits}, where several fit
 *   <li>output kind: probabilities where the operator behind the output is {@code Softmax}; a
 *       guess, probabilities, where the output's name says so; else logits
 *   <li>classes: the output's second dimension; where it is dynamic, the data's
 * </ul>
 */
final class OutputInference {
  private final ModelFile model;
  private final ModelDescription description;
  private final CardFields stated;
  private final Optional<DataShape> data;
  private final Guesses guesses;

  OutputInference(
      ModelFile model,
      ModelDescription description,
      CardFields stated,
      Optional<DataShape> data,
      Guesses guesses) {
    this.model = model;
    this.description = description;
    this.stated = stated;
    this.data = data;
    this.guesses = guesses;
  }

  /**
   * Chooses.
   *
   * @throws io.taustream.storage.TaustreamException if no output fits, several do, or the classes
   *     are not the data's
   */
  Choice choose() {
    TensorDescription output = output();
    OutputKind kind = stated.outputKind().orElseGet(() -> kind(output));
    return new Choice(output.name(), kind, classes(output));
  }

  private TensorDescription output() {
    if (stated.output().isPresent()) {
      String name = stated.output().get();
      TensorDescription named =
          description.outputs().stream()
              .filter(output -> output.name().equals(name))
              .findFirst()
              .orElseThrow(
                  () ->
                      stated.contradiction(
                          model, "output: " + name, "outputs " + description.outputs()));
      if (!isTable(named)) {
        throw model.failure(
            "output %s is no table of logits; expected float32 or float16 of shape [N, classes]"
                .formatted(named));
      }
      return named;
    }
    List<TensorDescription> tables =
        description.outputs().stream().filter(OutputInference::isTable).toList();
    Optional<Integer> classes = stated.classes().or(() -> data.map(DataShape::classes));
    List<TensorDescription> fitting =
        tables.size() == 1 || classes.isEmpty()
            ? tables
            : tables.stream().filter(t -> t.shape().get(1) == (long) classes.get()).toList();
    if (fitting.size() == 1) {
      return fitting.get(0);
    }
    Optional<TensorDescription> named =
        fitting.stream().filter(t -> t.name().equals("logits")).findFirst();
    if (named.isPresent()) {
      return guesses.add("output", named.get(), "logits", "by its name, among several that fit");
    }
    String shape = "[N, " + classes.map(String::valueOf).orElse("classes") + "]";
    throw model.failure(
        fitting.isEmpty()
            ? "none of its outputs %s is float32 or float16 of shape %s; export it with its logits as an output"
                .formatted(description.outputs(), shape)
            : "several of its outputs %s are float32 or float16 of shape %s; name the output in the card"
                .formatted(description.outputs(), shape));
  }

  private static boolean isTable(TensorDescription output) {
    return output.shape().size() == 2
        && (output.type().equals("float32") || output.type().equals("float16"));
  }

  private OutputKind kind(TensorDescription output) {
    String operator = description.outputOperators().getOrDefault(output.name(), "");
    if (operator.equals("Softmax")) {
      return OutputKind.PROBABILITIES;
    }
    if (!operator.equals("Gemm")
        && !operator.equals("LogSoftmax")
        && output.name().toLowerCase(Locale.ROOT).contains("prob")) {
      return guesses.add("output-kind", OutputKind.PROBABILITIES, "probabilities", "by its name");
    }
    return OutputKind.LOGITS;
  }

  private int classes(TensorDescription output) {
    long fixed = output.shape().get(1);
    stated
        .classes()
        .filter(classes -> fixed > 0 && classes != fixed)
        .ifPresent(
            classes -> {
              throw stated.contradiction(model, "classes: " + classes, "output " + output);
            });
    Optional<Integer> said = fixed > 0 ? Optional.of(Math.toIntExact(fixed)) : stated.classes();
    if (said.isPresent() && data.isPresent() && said.get() != data.get().classes()) {
      throw model.failure(
          "it tells %d classes apart, the data has %d (data.classes); correct that, or use a teacher of these classes"
              .formatted(said.get(), data.get().classes()));
    }
    return said.or(() -> data.map(DataShape::classes))
        .orElseThrow(
            () ->
                model.failure(
                    "output "
                        + output
                        + " does not say how many classes it has; set classes in the card"));
  }

  /** The output part of a card. */
  record Choice(String name, OutputKind kind, int classes) {}
}
