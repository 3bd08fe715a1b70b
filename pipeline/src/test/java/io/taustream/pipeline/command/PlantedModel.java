package io.taustream.pipeline.command;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A whole model with a fault planted in it. Input and output keep their names. */
final class PlantedModel {
  private final ModelProto.Builder model;

  private PlantedModel(ModelProto.Builder model) {
    this.model = model;
  }

  static PlantedModel of(Path onnx) {
    try {
      return new PlantedModel(ModelProto.parseFrom(Files.readAllBytes(onnx)).toBuilder());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Output i is what was output {@code order[i]}. */
  PlantedModel outputs(int... order) {
    return behindOutput("Gather", 1, order);
  }

  /** Gives the soft-max of what it gave; the operator that makes the output does not tell. */
  PlantedModel softmax() {
    int[] all = new int[classes()];
    for (int i = 0; i < all.length; i++) {
      all[i] = i;
    }
    return behindOutput("Softmax", 1).outputs(all);
  }

  /** Takes blue, green, red where it took red, green, blue. */
  PlantedModel bgr() {
    GraphProto.Builder graph = model.getGraphBuilder();
    String input = graph.getInput(0).getName();
    String inner = input + "_inner";
    graph
        .getNodeBuilderList()
        .forEach(
            node -> {
              for (int i = 0; i < node.getInputCount(); i++) {
                if (node.getInput(i).equals(input)) {
                  node.setInput(i, inner);
                }
              }
            });
    graph.addNode(0, node("Gather", List.of(input, indices(2, 1, 0)), inner, 1));
    return this;
  }

  void write(Path file) {
    try {
      Files.write(file, model.build().toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private PlantedModel behindOutput(String operator, int axis, int... indices) {
    GraphProto.Builder graph = model.getGraphBuilder();
    String output = graph.getOutput(0).getName();
    String inner = output + "_" + graph.getNodeCount();
    for (NodeProto.Builder node : graph.getNodeBuilderList()) {
      for (int i = 0; i < node.getOutputCount(); i++) {
        if (node.getOutput(i).equals(output)) {
          node.setOutput(i, inner);
        }
      }
    }
    List<String> inputs = indices.length == 0 ? List.of(inner) : List.of(inner, indices(indices));
    graph.addNode(node(operator, inputs, output, axis));
    if (indices.length > 0) {
      graph
          .getOutputBuilder(0)
          .getTypeBuilder()
          .getTensorTypeBuilder()
          .getShapeBuilder()
          .getDimBuilder(1)
          .setDimValue(indices.length);
    }
    return this;
  }

  private static NodeProto node(String operator, List<String> inputs, String output, int axis) {
    return NodeProto.newBuilder()
        .setOpType(operator)
        .addAllInput(inputs)
        .addOutput(output)
        .addAttribute(
            AttributeProto.newBuilder()
                .setName("axis")
                .setType(AttributeProto.AttributeType.INT)
                .setI(axis))
        .build();
  }

  private String indices(int... values) {
    GraphProto.Builder graph = model.getGraphBuilder();
    String name = "planted_" + graph.getInitializerCount();
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(TensorProto.DataType.INT64.getNumber())
            .addDims(values.length);
    for (int value : values) {
      tensor.addInt64Data(value);
    }
    graph.addInitializer(tensor);
    return name;
  }

  private int classes() {
    ValueInfoProto output = model.getGraph().getOutput(0);
    return (int) output.getType().getTensorType().getShape().getDim(1).getDimValue();
  }
}
