package io.taustream.teacher;

import java.util.List;
import java.util.Map;

/**
 * What a model says of itself.
 *
 * @param inputs what it takes, without initialisers
 * @param outputs what it gives
 * @param producer the exporter's name and version, or empty
 * @param opset the version of the default operator set
 * @param metadata the model's own key-value pairs
 * @param outputOperators for each output the operator that makes it, seen through {@code Identity}
 *     and {@code Cast}
 */
public record ModelDescription(
    List<TensorDescription> inputs,
    List<TensorDescription> outputs,
    String producer,
    long opset,
    Map<String, String> metadata,
    Map<String, String> outputOperators) {
  public ModelDescription {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
    metadata = Map.copyOf(metadata);
    outputOperators = Map.copyOf(outputOperators);
  }
}
