package io.taustream.teacher;

import io.taustream.teacher.TeacherCard.ElementType;
import io.taustream.teacher.TeacherCard.OutputKind;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Finds the output that teaches, for {@link CardInference}.
 *
 * <ul>
 *   <li>output: the only output, or the only one of shape [N, classes], or of [N, classes, 1, 1]
 *       where none has two dimensions; a guess, the one called {@code logits}, where several fit
 *   <li>output kind: probabilities where the operator behind the output is {@code Softmax}; a
 *       guess, probabilities, where the output's name says so; else logits
 *   <li>classes: the length of an output row; where it is dynamic, that of the class map; without
 *       one the data's
 * </ul>
 */
final class OutputInference {
  private static final String TYPES = "float32, float16 or bfloat16";
  private static final Set<String> NO_TENSOR = Set.of("sequence", "map");

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
   * @throws io.taustream.storage.TaustreamException if no output fits or several do
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
            "output %s is no table of logits; expected %s of shape [N, classes]"
                .formatted(named, TYPES));
      }
      return named;
    }
    List<TensorDescription> tables = tables();
    Optional<Integer> classes = expected();
    List<TensorDescription> fitting =
        tables.size() == 1 || classes.isEmpty()
            ? tables
            : tables.stream().filter(t -> length(t) == classes.get()).toList();
    if (fitting.size() == 1) {
      return fitting.get(0);
    }
    Optional<TensorDescription> named =
        fitting.stream().filter(t -> t.name().equals("logits")).findFirst();
    if (named.isPresent()) {
      return guesses.add("output", named.get(), "logits", "by its name, among several that fit");
    }
    description.outputs().stream()
        .filter(output -> NO_TENSOR.contains(output.type()))
        .findFirst()
        .ifPresent(
            output -> {
              throw model.failure(
                  "output %s is a %s of maps, no tensor; export it without ZipMap: to_onnx(model, X, options={'zipmap': False})"
                      .formatted(output.name(), output.type()));
            });
    String shape = "[N, " + classes.map(String::valueOf).orElse("classes") + "]";
    throw model.failure(
        fitting.isEmpty()
            ? "none of its outputs %s is %s of shape %s; export it with its logits as an output"
                .formatted(description.outputs(), TYPES, shape)
            : "several of its outputs %s are %s of shape %s; name the output in the card"
                .formatted(description.outputs(), TYPES, shape));
  }

  private List<TensorDescription> tables() {
    List<TensorDescription> tables =
        description.outputs().stream().filter(OutputInference::isTable).toList();
    List<TensorDescription> plain = tables.stream().filter(t -> t.shape().size() == 2).toList();
    return plain.isEmpty() ? tables : plain;
  }

  private static boolean isTable(TensorDescription output) {
    return rowLength(output.shape()).isPresent()
        && ElementType.named(output.type()).filter(type -> type != ElementType.UINT8).isPresent();
  }

  private static long length(TensorDescription table) {
    return rowLength(table.shape()).orElseThrow();
  }

  /**
   * The length of a row of a table, −1 where it is dynamic; empty for other shapes. A table has the
   * shape [N, length], or more dimensions that are 1, as global pooling leaves them.
   */
  static Optional<Long> rowLength(List<Long> shape) {
    if (shape.size() < 2) {
      return Optional.empty();
    }
    List<Long> row = shape.subList(1, shape.size());
    List<Long> wide = row.size() == 1 ? row : row.stream().filter(d -> d != 1).toList();
    return switch (wide.size()) {
      case 0 -> Optional.of(1L);
      case 1 -> Optional.of(wide.get(0));
      default -> Optional.empty();
    };
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
    long fixed = length(output);
    if (fixed > Integer.MAX_VALUE) {
      throw model.failure(
          "output %s has %d classes; a teacher tells at most %d apart"
              .formatted(output, fixed, Integer.MAX_VALUE));
    }
    stated
        .classes()
        .filter(classes -> fixed > 0 && classes != fixed)
        .ifPresent(
            classes -> {
              throw stated.contradiction(model, "classes: " + classes, "output " + output);
            });
    Optional<Integer> said = fixed > 0 ? Optional.of((int) fixed) : stated.classes();
    return said.or(this::expected)
        .orElseThrow(
            () ->
                model.failure(
                    "output "
                        + output
                        + " does not say how many classes it has; set classes in the card"));
  }

  /** How long a row should be, by what is said of it. */
  private Optional<Integer> expected() {
    return stated
        .classes()
        .or(() -> stated.outputClasses().map(StatedClasses::outputs))
        .or(() -> data.map(DataShape::classes));
  }

  /** The output part of a card. */
  record Choice(String name, OutputKind kind, int classes) {}
}
