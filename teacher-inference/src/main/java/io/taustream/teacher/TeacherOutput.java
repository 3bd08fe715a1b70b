package io.taustream.teacher;

import ai.onnxruntime.platform.Fp16Conversions;
import io.taustream.teacher.TeacherCard.ElementType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;
import org.apache.arrow.memory.BufferAllocator;

/**
 * Where the model writes its output. A float32 output lies over the labels themselves; float16 and
 * bfloat16 values, and rows that only fill up a fixed batch, pass through one Arrow buffer that is
 * used again. Not thread-safe.
 */
final class TeacherOutput implements AutoCloseable {
  private final int classes;
  private final ElementType type;
  private final ReusedBuffer scratch;

  /**
   * @param type what the model writes: float32, float16 or bfloat16
   */
  TeacherOutput(int classes, ElementType type, BufferAllocator allocator) {
    this.classes = classes;
    this.type = type;
    this.scratch = new ReusedBuffer(allocator);
  }

  /**
   * The output tensor for some rows of the labels. Valid until the next call.
   *
   * @param labels float32, all rows of the batch
   * @param from the first row
   * @param count how many rows of the labels
   * @param rows how many rows the tensor has, at least {@code count}
   */
  ByteBuffer over(ByteBuffer labels, int from, int count, int rows) {
    int rowBytes = classes * Float.BYTES;
    if (type == ElementType.FLOAT32 && count == rows) {
      return labels.slice(from * rowBytes, count * rowBytes).order(ByteOrder.nativeOrder());
    }
    return scratch.ofLength((long) rows * classes * type.bytes());
  }

  /**
   * Moves what the model wrote into {@code tensor}, a result of {@link #over}, to the labels, if it
   * does not lie there.
   */
  void collect(ByteBuffer tensor, FloatBuffer labels, int from, int count, int rows) {
    int length = count * classes;
    if (type == ElementType.FLOAT32) {
      if (count != rows) {
        labels.put(from * classes, tensor.asFloatBuffer(), 0, length);
      }
      return;
    }
    boolean half = type == ElementType.FLOAT16;
    ShortBuffer values = tensor.asShortBuffer();
    for (int i = 0; i < length; i++) {
      short value = values.get(i);
      labels.put(
          from * classes + i,
          half ? Fp16Conversions.fp16ToFloat(value) : Fp16Conversions.bf16ToFloat(value));
    }
  }

  @Override
  public void close() {
    scratch.close();
  }
}
