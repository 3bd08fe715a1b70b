package io.taustream.teacher;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import io.taustream.storage.TaustreamException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What only the model's protobuf tells and ONNX Runtime does not: external data files, opset,
 * producer, the operators behind the outputs.
 *
 * @param producer the exporter's name and version, or empty
 * @param opset the version of the default operator set
 * @param outputOperators for each output the operator that makes it, seen through {@code Identity}
 *     and {@code Cast}
 * @param externalData the locations of external data files, as the model writes them, each with the
 *     number of bytes that the model reads from it
 * @param largestTensor the largest intermediate result of known shape
 */
record ModelStructure(
    String producer,
    long opset,
    Map<String, String> outputOperators,
    SortedMap<String, Long> externalData,
    Optional<LargestTensor> largestTensor) {
  private static final Set<String> PASS_ON = Set.of("Identity", "Cast");

  /**
   * Reads the structure. The file is mapped and its weights are referred to, not copied, so that a
   * model of 2 GB needs little heap.
   *
   * @param name how messages call the model
   * @throws TaustreamException if the file is no ONNX model, or not all of one
   */
  static ModelStructure read(Path file, String name) {
    ModelProto model;
    long length;
    try (FileChannel channel = FileChannel.open(file)) {
      length = channel.size();
      if (length > Integer.MAX_VALUE) {
        throw new ModelFaultException(
            "model %s has %d bytes; an ONNX file has at most 2 GiB, larger weights belong in external data: export it again"
                .formatted(name, length));
      }
      ByteBuffer bytes = channel.map(MapMode.READ_ONLY, 0, length);
      CodedInputStream input = UnsafeByteOperations.unsafeWrap(bytes).newCodedInput();
      input.enableAliasing(true);
      model = ModelProto.parseFrom(input);
    } catch (InvalidProtocolBufferException e) {
      throw new ModelFaultException(
          "model %s is no ONNX model, or not all of one: %s; export or copy it again"
              .formatted(name, e.getMessage().lines().findFirst().orElse("it does not parse")),
          e);
    } catch (IOException e) {
      throw new TaustreamException("model " + name + " cannot be read: " + e.getMessage(), e);
    }
    // A file that is cut between two fields still parses; operator sets are written after the
    // graph.
    if (model.getGraph().getOutputCount() == 0 || model.getOpsetImportCount() == 0) {
      throw new ModelFaultException(
          "model %s is no ONNX model, or not all of one: its %d bytes hold no graph with outputs and operator sets; export or copy it again"
              .formatted(name, length));
    }
    return of(model);
  }

  private static ModelStructure of(ModelProto model) {
    SortedMap<String, Long> external = new TreeMap<>();
    collect(model.getGraph(), external);
    for (FunctionProto function : model.getFunctionsList()) {
      // The values that its attributes have where its caller gives none.
      function.getAttributeProtoList().forEach(attribute -> collect(attribute, external));
      collect(function.getNodeList(), external);
    }
    long opset =
        model.getOpsetImportList().stream()
            .filter(o -> o.getDomain().isEmpty() || o.getDomain().equals("ai.onnx"))
            .mapToLong(OperatorSetIdProto::getVersion)
            .findFirst()
            .orElse(0);
    String producer = (model.getProducerName() + " " + model.getProducerVersion()).strip();
    return new ModelStructure(
        producer,
        opset,
        outputOperators(model.getGraph()),
        external,
        LargestTensor.of(model.getGraph()));
  }

  private static Map<String, String> outputOperators(GraphProto graph) {
    Map<String, NodeProto> makers = new HashMap<>();
    for (NodeProto node : graph.getNodeList()) {
      node.getOutputList().forEach(output -> makers.put(output, node));
    }
    Map<String, String> operators = new HashMap<>();
    for (ValueInfoProto output : graph.getOutputList()) {
      NodeProto maker = makers.get(output.getName());
      // A graph has no cycles, but a file may: each node is passed at most once.
      for (int step = 0; maker != null && step < graph.getNodeCount(); step++) {
        if (!PASS_ON.contains(maker.getOpType()) || maker.getInputCount() == 0) {
          break;
        }
        maker = makers.get(maker.getInput(0));
      }
      if (maker != null) {
        operators.put(output.getName(), maker.getOpType());
      }
    }
    return operators;
  }

  private static void collect(GraphProto graph, Map<String, Long> external) {
    graph.getInitializerList().forEach(tensor -> collect(tensor, external));
    graph.getSparseInitializerList().forEach(sparse -> collect(sparse, external));
    collect(graph.getNodeList(), external);
  }

  private static void collect(List<NodeProto> nodes, Map<String, Long> external) {
    nodes.forEach(
        node -> node.getAttributeList().forEach(attribute -> collect(attribute, external)));
  }

  private static void collect(AttributeProto attribute, Map<String, Long> external) {
    if (attribute.hasT()) {
      collect(attribute.getT(), external);
    }
    attribute.getTensorsList().forEach(tensor -> collect(tensor, external));
    if (attribute.hasSparseTensor()) {
      collect(attribute.getSparseTensor(), external);
    }
    attribute.getSparseTensorsList().forEach(sparse -> collect(sparse, external));
    if (attribute.hasG()) {
      collect(attribute.getG(), external);
    }
    attribute.getGraphsList().forEach(graph -> collect(graph, external));
  }

  private static void collect(SparseTensorProto sparse, Map<String, Long> external) {
    collect(sparse.getValues(), external);
    collect(sparse.getIndices(), external);
  }

  private static void collect(TensorProto tensor, Map<String, Long> external) {
    if (tensor.getDataLocation() != TensorProto.DataLocation.EXTERNAL) {
      return;
    }
    Map<String, String> entries = new HashMap<>();
    for (StringStringEntryProto entry : tensor.getExternalDataList()) {
      entries.put(entry.getKey(), entry.getValue());
    }
    long end = number(entries.get("offset")) + number(entries.get("length"));
    external.merge(entries.getOrDefault("location", ""), end, Math::max);
  }

  /** The value of an optional entry; a malformed one is left for ONNX Runtime to refuse. */
  private static long number(String text) {
    return text != null && text.matches("\\d{1,18}") ? Long.parseLong(text) : 0;
  }
}
