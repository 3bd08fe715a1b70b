package io.taustream.student.checkpoint;

import ai.djl.ndarray.types.DataType;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * A tensor's values outside libtorch.
 *
 * @param type one that a checkpoint can hold: {@link CheckpointFormat}
 * @param shape row major
 * @param values little-endian; read from position to limit, both left as they are
 */
record StoredTensor(DataType type, List<Long> shape, ByteBuffer values) {
  StoredTensor {
    shape = List.copyOf(shape);
    long elements = shape.stream().reduce(1L, Math::multiplyExact);
    if (values.remaining() != elements * type.getNumOfBytes()) {
      throw new IllegalArgumentException(
          "%d bytes are no %s of %s".formatted(values.remaining(), type, shape));
    }
  }
}
