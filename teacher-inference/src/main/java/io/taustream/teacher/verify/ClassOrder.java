package io.taustream.teacher.verify;

import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Which of the data's classes each of the model's outputs stands for. Immutable. */
public sealed interface ClassOrder {
  /** What {@link #classOf} says of an output that stands for no class. */
  int NO_CLASS = -1;

  /**
   * The class that an output stands for.
   *
   * @param output from 0
   * @return from 0, or {@link #NO_CLASS}
   */
  int classOf(int output);

  /** The class of each output, {@link #NO_CLASS} where there is none: what a class map says. */
  default List<Integer> map(int outputs) {
    return IntStream.range(0, outputs).map(this::classOf).boxed().toList();
  }

  /**
   * Says the order in one clause.
   *
   * @param className the name of a class of the data
   */
  String inWords(IntFunction<String> className);

  /**
   * As the data has them: output i is class i, and outputs beyond the classes are none.
   *
   * @param classes the data's
   */
  record Same(int classes) implements ClassOrder {
    @Override
    public int classOf(int output) {
      return output < classes ? output : NO_CLASS;
    }

    @Override
    public String inWords(IntFunction<String> className) {
      return "the outputs are in the data's order";
    }
  }

  /**
   * Output i is class (i + by) mod classes.
   *
   * @param by 1 to classes − 1
   */
  record Shifted(int by, int classes) implements ClassOrder {
    @Override
    public int classOf(int output) {
      return (output + by) % classes;
    }

    @Override
    public String inWords(IntFunction<String> className) {
      int near = by <= classes / 2 ? by : by - classes;
      return "the outputs are shifted: output i is class i %s %d (mod %d)"
          .formatted(near < 0 ? "-" : "+", Math.abs(near), classes);
    }
  }

  /** Output 0 stands for a background that the data lacks, output i for class i − 1. */
  record BehindBackground() implements ClassOrder {
    @Override
    public int classOf(int output) {
      return output - 1;
    }

    @Override
    public String inWords(IntFunction<String> className) {
      return "output 0 is a background and the classes follow: output i is class i - 1";
    }
  }

  /**
   * Some order without a shorter name.
   *
   * @param classes the class of each output
   */
  record Permuted(List<Integer> classes) implements ClassOrder {
    private static final int MOST_PAIRS = 10;

    public Permuted {
      classes = List.copyOf(classes);
    }

    @Override
    public int classOf(int output) {
      return classes.get(output);
    }

    @Override
    public String inWords(IntFunction<String> className) {
      List<String> pairs =
          IntStream.range(0, classes.size())
              .filter(output -> classOf(output) != output && classOf(output) != NO_CLASS)
              .mapToObj(
                  output -> "output %d is %s".formatted(output, className.apply(classOf(output))))
              .toList();
      String more =
          pairs.size() > MOST_PAIRS ? ", and %d more".formatted(pairs.size() - MOST_PAIRS) : "";
      return "the outputs are in another order: "
          + pairs.stream().limit(MOST_PAIRS).collect(Collectors.joining(", "))
          + more;
    }
  }
}
