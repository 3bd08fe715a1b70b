package io.taustream.teacher;

import io.taustream.storage.TaustreamException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Which of the data's classes each of a model's outputs stands for, where they are not the same in
 * the same order. Immutable.
 *
 * <p>Let z be a row of the model's logits, of probabilities their logarithms, C the data's number
 * of classes, O(c) the outputs that stand for class c, and U those that stand for none. A label
 * then holds C logits:
 *
 * <ul>
 *   <li>{@code unmapped: drop}: ℓ(c) = ln Σ over o in O(c) of e^z(o). The outputs in U are left out
 *       before the soft-max: softmax(ℓ) is the teacher's belief given that it is one of the data's
 *       classes
 *   <li>{@code unmapped: sum}: ℓ(c) = ln (Σ over o in O(c) of e^z(o) + 1/C · Σ over o in U of
 *       e^z(o)). The probabilities of the outputs in U are summed and spread evenly over the
 *       classes: softmax(ℓ)(c) = Σ over O(c) of p(o) + p(U)/C, so that a teacher that sees none of
 *       the data's classes is unsure
 * </ul>
 *
 * <p>The probabilities of several outputs of one class so add up. The logit of a class with one
 * output, and nothing added to it, is that output's, to the bit. Every class needs an output.
 */
public sealed interface ClassMap {
  /** Stands for no class of the data. */
  int NO_CLASS = -1;

  /** What becomes of outputs that stand for none of the data's classes. */
  enum Unmapped {
    /** They are left out before the soft-max. */
    DROP,
    /** Their probabilities are summed and spread evenly over the data's classes. */
    SUM
  }

  /** How many outputs it speaks of. */
  int outputs();

  /** What becomes of outputs that stand for none of the data's classes. */
  Unmapped unmapped();

  /** The line of a card that says what the outputs stand for. */
  String line();

  /** The lines of a card that say the same. */
  default String toYaml() {
    return line() + "\nunmapped: " + TeacherCard.lower(unmapped()) + "\n";
  }

  /**
   * The shortest map that says the same: none, where output i is class i and there are no more.
   *
   * @param classOfOutput for each output, {@link #NO_CLASS} where there is none
   */
  static Optional<ClassMap> shortest(List<Integer> classOfOutput, Unmapped unmapped) {
    boolean same =
        IntStream.range(0, classOfOutput.size()).allMatch(o -> classOfOutput.get(o) == o);
    // Where nothing is left over, it does not matter what would become of it.
    Unmapped counts = classOfOutput.contains(NO_CLASS) ? unmapped : Unmapped.DROP;
    return same ? Optional.empty() : Optional.of(new Indices(classOfOutput, counts));
  }

  /**
   * A map that can be used.
   *
   * @param classOfOutput the data's class of each output, {@link #NO_CLASS} where there is none;
   *     every class from 0 to the largest is there
   */
  record Indices(List<Integer> classOfOutput, Unmapped unmapped) implements ClassMap {
    public Indices {
      classOfOutput = List.copyOf(classOfOutput);
      Set<Integer> classes = new HashSet<>(classOfOutput);
      classes.remove(NO_CLASS);
      boolean whole = IntStream.range(0, classes.size()).allMatch(classes::contains);
      if (!whole || classes.size() < 2) {
        throw new TaustreamException(
            "teacher card: class-map names the classes %s; allowed: at least 2, each from 0 on at least once"
                .formatted(classes.stream().sorted().toList()));
      }
    }

    /** The number of the data's classes. */
    public int classes() {
      return 1 + classOfOutput.stream().mapToInt(Integer::intValue).max().orElseThrow();
    }

    @Override
    public int outputs() {
      return classOfOutput.size();
    }

    @Override
    public String line() {
      return "class-map: " + classOfOutput;
    }
  }

  /**
   * A map that can be used once the names of the data's classes are known.
   *
   * @param names one an output
   */
  record Names(List<String> names, Unmapped unmapped) implements ClassMap {
    public Names {
      names = List.copyOf(names);
    }

    @Override
    public int outputs() {
      return names.size();
    }

    @Override
    public String line() {
      return names.stream()
          .map(name -> "'" + name.replace("'", "''") + "'")
          .collect(Collectors.joining(", ", "class-names: [", "]"));
    }
  }
}
