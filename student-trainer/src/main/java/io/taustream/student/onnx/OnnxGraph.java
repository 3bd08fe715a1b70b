package io.taustream.student.onnx;

import ai.djl.ndarray.NDArray;
import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto.Dimension;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import io.taustream.student.model.GraphWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;

/**
 * Collects what layers write into a GraphProto. Constants keep the tensors' names and hold float32
 * values as raw little-endian bytes, indices as int64; a node's output has the node's name.
 */
final class OnnxGraph implements GraphWriter {
  static final String BATCH = "batch";

  private final GraphProto.Builder graph;
  private final Map<String, NDArray> tensors;

  /**
   * @param tensors every tensor that the layers may name; read, not closed
   */
  OnnxGraph(String name, Map<String, NDArray> tensors) {
    this.graph = GraphProto.newBuilder().setName(name);
    this.tensors = tensors;
  }

  @Override
  public String tensor(String name) {
    NDArray tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException("the student has no tensor " + name);
    }
    float[] values = tensor.toFloatArray();
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    TensorProto.Builder constant =
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(TensorProto.DataType.FLOAT.getNumber())
            .setRawData(ByteString.copyFrom(bytes));
    for (long dimension : tensor.getShape().getShape()) {
      constant.addDims(dimension);
    }
    graph.addInitializer(constant);
    return name;
  }

  @Override
  public String wholes(String name, List<Long> values) {
    graph.addInitializer(
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(TensorProto.DataType.INT64.getNumber())
            .addDims(values.size())
            .addAllInt64Data(values));
    return name;
  }

  @Override
  public String node(String operator, String name, List<String> inputs, Attribute... attributes) {
    NodeProto.Builder node =
        NodeProto.newBuilder().setOpType(operator).setName(name).addAllInput(inputs);
    for (Attribute attribute : attributes) {
      node.addAttribute(proto(attribute));
    }
    graph.addNode(node.addOutput(name));
    return name;
  }

  /** Adds an input, its first dimension the batch. */
  void input(String name, long... sample) {
    graph.addInput(value(name, sample));
  }

  /** Makes the named value the graph's output under another name. */
  void output(String value, String name, long... sample) {
    node("Identity", name, List.of(value));
    graph.addOutput(value(name, sample));
  }

  GraphProto build() {
    return graph.build();
  }

  private static ValueInfoProto value(String name, long... sample) {
    TensorShapeProto.Builder shape =
        TensorShapeProto.newBuilder().addDim(Dimension.newBuilder().setDimParam(BATCH));
    for (long dimension : sample) {
      shape.addDim(Dimension.newBuilder().setDimValue(dimension));
    }
    TypeProto.Tensor tensor =
        TypeProto.Tensor.newBuilder()
            .setElemType(TensorProto.DataType.FLOAT.getNumber())
            .setShape(shape)
            .build();
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(tensor))
        .build();
  }

  private static AttributeProto proto(Attribute attribute) {
    AttributeProto.Builder proto = AttributeProto.newBuilder().setName(attribute.name());
    if (attribute instanceof Attribute.Whole whole) {
      return proto.setType(AttributeType.INT).setI(whole.value()).build();
    }
    if (attribute instanceof Attribute.Wholes wholes) {
      return proto.setType(AttributeType.INTS).addAllInts(wholes.values()).build();
    }
    if (attribute instanceof Attribute.Real real) {
      return proto.setType(AttributeType.FLOAT).setF(real.value()).build();
    }
    throw new IllegalArgumentException("no ONNX form of " + attribute);
  }
}
