package io.taustream.teacher;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.Comparator;
import java.util.Optional;

/**
 * The largest intermediate result whose shape the exporter wrote into the model ({@code
 * value_info}), with 1 for every dimension that is not a number: a model needs at least that much
 * memory for a batch of 1.
 *
 * @param name the tensor's
 * @param bytes at least so many; {@link Long#MAX_VALUE} where they are more than a long holds
 */
record LargestTensor(String name, long bytes) {
  /** Empty where the model has no such shapes. */
  static Optional<LargestTensor> of(GraphProto graph) {
    return graph.getValueInfoList().stream()
        .filter(value -> value.getType().hasTensorType())
        .map(LargestTensor::of)
        .max(Comparator.comparingLong(LargestTensor::bytes));
  }

  private static LargestTensor of(ValueInfoProto value) {
    TypeProto.Tensor type = value.getType().getTensorType();
    double bytes = bytes(type.getElemType());
    for (TensorShapeProto.Dimension dimension : type.getShape().getDimList()) {
      bytes *= dimension.hasDimValue() ? Math.max(0, dimension.getDimValue()) : 1;
    }
    // A cast saturates.
    return new LargestTensor(value.getName(), (long) bytes);
  }

  /** The size of an element, where it is one of several bytes. */
  private static int bytes(int type) {
    TensorProto.DataType known = TensorProto.DataType.forNumber(type);
    if (known == null) {
      return 1;
    }
    return switch (known) {
      case FLOAT16, BFLOAT16, INT16, UINT16 -> Short.BYTES;
      case FLOAT, INT32, UINT32 -> Float.BYTES;
      case DOUBLE, INT64, UINT64, COMPLEX64 -> Double.BYTES;
      default -> 1;
    };
  }
}
