package io.taustream.teacher;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.taustream.storage.object.ObjectStore;
import io.taustream.storage.object.ObjectStores;
import io.taustream.storage.object.ObjectUri;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** Builds small ONNX models for tests. */
final class ModelBuilder {
  static final TensorProto.DataType FLOAT32 = TensorProto.DataType.FLOAT;
  static final TensorProto.DataType FLOAT16 = TensorProto.DataType.FLOAT16;
  static final TensorProto.DataType BFLOAT16 = TensorProto.DataType.BFLOAT16;
  static final TensorProto.DataType UINT8 = TensorProto.DataType.UINT8;

  private final GraphProto.Builder graph = GraphProto.newBuilder().setName("test");
  private final ModelProto.Builder model =
      ModelProto.newBuilder()
          .setIrVersion(8)
          .setProducerName("taustream-test")
          .setProducerVersion("1")
          .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(13));

  /**
   * Flatten and one matrix of fixed random weights: NCHW, float32.
   *
   * @param batch −1 for a dynamic one
   */
  static ModelBuilder linear(int batch, int size, int classes) {
    return new ModelBuilder()
        .input("input", FLOAT32, batch, 3, size, size)
        .flattenAndMultiply("input", 3 * size * size, classes, "logits")
        .output("logits", FLOAT32, batch, classes);
  }

  /** A dimension of −1 is dynamic. */
  ModelBuilder input(String name, TensorProto.DataType type, long... shape) {
    graph.addInput(value(name, type, shape));
    return this;
  }

  ModelBuilder output(String name, TensorProto.DataType type, long... shape) {
    graph.addOutput(value(name, type, shape));
    return this;
  }

  /** What an exporter says of an intermediate result. */
  ModelBuilder intermediate(String name, TensorProto.DataType type, long... shape) {
    graph.addValueInfo(value(name, type, shape));
    return this;
  }

  ModelBuilder node(
      String operator, List<String> inputs, String output, AttributeProto... attributes) {
    return nodeIn("", operator, inputs, output, attributes);
  }

  /** An operator of another domain than ONNX's own. */
  ModelBuilder nodeIn(
      String domain,
      String operator,
      List<String> inputs,
      String output,
      AttributeProto... attributes) {
    graph.addNode(
        NodeProto.newBuilder()
            .setDomain(domain)
            .setOpType(operator)
            .addAllInput(inputs)
            .addOutput(output)
            .addAllAttribute(List.of(attributes)));
    return this;
  }

  ModelBuilder flattenAndMultiply(String input, int features, int classes, String output) {
    return node("Flatten", List.of(input), output + "_flat")
        .weights(output + "_weights", features, classes)
        .node("MatMul", List.of(output + "_flat", output + "_weights"), output);
  }

  ModelBuilder cast(String input, TensorProto.DataType type, String output) {
    return node("Cast", List.of(input), output, attribute("to", type.getNumber()));
  }

  static AttributeProto attribute(String name, long value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INT)
        .setI(value)
        .build();
  }

  ModelBuilder weights(String name, int rows, int columns) {
    Random random = new Random(7);
    TensorProto.Builder tensor = tensor(name, rows, columns);
    for (int i = 0; i < rows * columns; i++) {
      tensor.addFloatData((float) random.nextGaussian() / 8);
    }
    graph.addInitializer(tensor);
    return this;
  }

  /** A tensor of these numbers, row major. */
  ModelBuilder values(String name, float[] values, long... shape) {
    TensorProto.Builder tensor = tensor(name, shape);
    for (float value : values) {
      tensor.addFloatData(value);
    }
    graph.addInitializer(tensor);
    return this;
  }

  /** Weights that are declared but not there. */
  ModelBuilder emptyWeights(String name, long rows, long columns) {
    graph.addInitializer(tensor(name, rows, columns));
    return this;
  }

  /** A vector of integers, such as a shape. */
  ModelBuilder integers(String name, long... values) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(TensorProto.DataType.INT64.getNumber())
            .addDims(values.length);
    for (long value : values) {
      tensor.addInt64Data(value);
    }
    graph.addInitializer(tensor);
    return this;
  }

  ModelBuilder constant(String name, float value) {
    graph.addInitializer(tensor(name).addFloatData(value));
    return this;
  }

  ModelBuilder externalWeights(String name, int rows, int columns, String location) {
    graph.addInitializer(external(tensor(name, rows, columns), rows * columns, location));
    return this;
  }

  /** Weights that an operator makes: sparse, with a value for every element, in a file. */
  ModelBuilder externalSparseConstant(String name, int rows, int columns, String location) {
    TensorProto.Builder indices =
        TensorProto.newBuilder()
            .setDataType(TensorProto.DataType.INT64.getNumber())
            .addDims((long) rows * columns);
    for (int i = 0; i < rows * columns; i++) {
      indices.addInt64Data(i);
    }
    SparseTensorProto sparse =
        SparseTensorProto.newBuilder()
            .setValues(external(tensor(name, (long) rows * columns), rows * columns, location))
            .setIndices(indices)
            .addDims(rows)
            .addDims(columns)
            .build();
    return node(
        "Constant",
        List.of(),
        name,
        AttributeProto.newBuilder()
            .setName("sparse_value")
            .setType(AttributeProto.AttributeType.SPARSE_TENSOR)
            .setSparseTensor(sparse)
            .build());
  }

  private static TensorProto.Builder external(
      TensorProto.Builder tensor, int elements, String location) {
    return tensor
        .setDataLocation(TensorProto.DataLocation.EXTERNAL)
        .addExternalData(entry("location", location))
        .addExternalData(entry("offset", "0"))
        .addExternalData(entry("length", Integer.toString(elements * Float.BYTES)));
  }

  ModelBuilder metadata(String key, String value) {
    model.addMetadataProps(entry(key, value));
    return this;
  }

  ModelBuilder opset(long version) {
    model.getOpsetImportBuilder(0).setVersion(version);
    return this;
  }

  ModelBuilder domain(String name, long version) {
    model.addOpsetImport(OperatorSetIdProto.newBuilder().setDomain(name).setVersion(version));
    return this;
  }

  byte[] bytes() {
    return model.setGraph(graph).build().toByteArray();
  }

  /** Writes the model and returns it as a teacher's file. */
  ModelFile write(Path path) {
    try {
      Files.write(path, bytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return fetch(path);
  }

  static ModelFile fetch(Path path) {
    try (ObjectStore store = ObjectStores.open(Optional.empty())) {
      return ModelFile.fetch(store, ObjectUri.ofFile(path), path.resolveSibling("cache"));
    }
  }

  private static StringStringEntryProto entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }

  private static TensorProto.Builder tensor(String name, long... shape) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder().setName(name).setDataType(FLOAT32.getNumber());
    for (long dimension : shape) {
      tensor.addDims(dimension);
    }
    return tensor;
  }

  private static ValueInfoProto value(String name, TensorProto.DataType type, long... shape) {
    TensorShapeProto.Builder dimensions = TensorShapeProto.newBuilder();
    for (int i = 0; i < shape.length; i++) {
      TensorShapeProto.Dimension.Builder dimension = dimensions.addDimBuilder();
      if (shape[i] < 0) {
        dimension.setDimParam("dim" + i);
      } else {
        dimension.setDimValue(shape[i]);
      }
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder()
                        .setElemType(type.getNumber())
                        .setShape(dimensions)))
        .build();
  }
}
