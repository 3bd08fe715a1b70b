package io.taustream.teacher;

import java.util.List;

/**
 * An input or output of a model.
 *
 * @param name the name in the graph
 * @param type {@code float32}, {@code uint8}, ...; {@code sequence} or {@code map} where it is no
 *     tensor
 * @param shape the dimensions, −1 where one is dynamic
 */
public record TensorDescription(String name, String type, List<Long> shape) {
  public TensorDescription {
    shape = List.copyOf(shape);
  }

  /** For messages: {@code input float32[?, 3, 32, 32]}. */
  @Override
  public String toString() {
    return name + " " + type + shape.stream().map(d -> d < 0 ? "?" : Long.toString(d)).toList();
  }
}
