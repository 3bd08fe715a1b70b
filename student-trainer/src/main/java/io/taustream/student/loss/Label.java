package io.taustream.student.loss;

import io.taustream.storage.TaustreamException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Names of an enum's constants in the configuration. */
final class Label {
  private Label() {}

  static String of(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  /**
   * The constant of a label.
   *
   * @throws TaustreamException if there is none, with those that there are
   */
  static <E extends Enum<E>> E parse(Class<E> type, String label) {
    E[] constants = type.getEnumConstants();
    return Arrays.stream(constants)
        .filter(constant -> of(constant).equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new TaustreamException(
                    "%s '%s' is unknown; use one of %s"
                        .formatted(
                            type.getSimpleName(),
                            label,
                            Arrays.stream(constants)
                                .map(Label::of)
                                .collect(Collectors.joining(", ")))));
  }
}
