package io.taustream.pipeline.command;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * A small teacher that is right on {@link TinyShards}: its logits are the means of red, green and
 * blue, each times a scale.
 */
final class ColourModel {
  private static final int IR_VERSION = 8;
  private static final int OPSET = 13;

  private ColourModel() {}

  /** With the scale inside. */
  static byte[] of(float scale) {
    return model(
        TensorProto.newBuilder().addFloatData(scale).addFloatData(scale).addFloatData(scale));
  }

  /** With the scale in a file beside it, as {@link #weights} has it. */
  static byte[] withExternalData(String location) {
    return model(
        TensorProto.newBuilder()
            .setDataLocation(TensorProto.DataLocation.EXTERNAL)
            .addExternalData(entry("location", location))
            .addExternalData(entry("offset", "0"))
            .addExternalData(entry("length", Integer.toString(TinyShards.CLASSES * Float.BYTES))));
  }

  static byte[] weights(float scale) {
    ByteBuffer bytes =
        ByteBuffer.allocate(TinyShards.CLASSES * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      bytes.putFloat(scale);
    }
    return bytes.array();
  }

  private static byte[] model(TensorProto.Builder scale) {
    int size = TinyShards.SIZE;
    int classes = TinyShards.CLASSES;
    GraphProto.Builder graph =
        GraphProto.newBuilder()
            .setName("colours")
            .addInput(value("input", classes, size, size))
            .addOutput(value("logits", classes))
            .addInitializer(
                scale
                    .setName("scale")
                    .setDataType(TensorProto.DataType.FLOAT.getNumber())
                    .addDims(classes))
            .addNode(node("GlobalAveragePool", List.of("input"), "means"))
            .addNode(node("Flatten", List.of("means"), "flat"))
            .addNode(node("Mul", List.of("flat", "scale"), "logits"));
    return ModelProto.newBuilder()
        .setIrVersion(IR_VERSION)
        .setGraph(graph)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPSET))
        .build()
        .toByteArray();
  }

  private static NodeProto node(String operator, List<String> inputs, String output) {
    return NodeProto.newBuilder()
        .setOpType(operator)
        .setName(output)
        .addAllInput(inputs)
        .addOutput(output)
        .build();
  }

  /** A batch of float32 tensors of this shape. */
  private static ValueInfoProto value(String name, int... shape) {
    TensorShapeProto.Builder dimensions =
        TensorShapeProto.newBuilder()
            .addDim(TensorShapeProto.Dimension.newBuilder().setDimParam("batch"));
    for (int size : shape) {
      dimensions.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(size));
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder()
                        .setElemType(TensorProto.DataType.FLOAT.getNumber())
                        .setShape(dimensions)))
        .build();
  }

  private static StringStringEntryProto entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }
}
