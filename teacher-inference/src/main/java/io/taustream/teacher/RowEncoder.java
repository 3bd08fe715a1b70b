package io.taustream.teacher;

import ai.onnxruntime.platform.Fp16Conversions;
import io.taustream.teacher.TeacherCard.ChannelOrder;
import io.taustream.teacher.TeacherCard.Layout;
import java.nio.ByteBuffer;

/**
 * Writes one image of RGB bytes as one row of the model's input. A byte has 256 values, so each
 * channel's normalisation is a table. Not thread-safe.
 */
sealed interface RowEncoder {
  /**
   * Writes one image.
   *
   * @param rgb {@code size × size × 3} bytes
   * @param tensor the input tensor, in native order
   * @param row the row of the tensor to write
   */
  void encode(byte[] rgb, ByteBuffer tensor, int row);

  /** The encoder for a card. */
  static RowEncoder of(TeacherCard card) {
    Order order = Order.of(card);
    return switch (card.type()) {
      case FLOAT32 -> new Floats(order, floats(card));
      case FLOAT16 -> new Halves(order, halves(floats(card)));
      case UINT8 -> new Bytes(order);
    };
  }

  private static float[][] floats(TeacherCard card) {
    float[][] tables = new float[3][256];
    for (int c = 0; c < 3; c++) {
      for (int v = 0; v < 256; v++) {
        double unit = (double) v / card.range();
        tables[c][v] = (float) ((unit - card.mean().get(c)) / card.deviation().get(c));
      }
    }
    return tables;
  }

  private static short[][] halves(float[][] floats) {
    short[][] tables = new short[3][256];
    for (int c = 0; c < 3; c++) {
      for (int v = 0; v < 256; v++) {
        tables[c][v] = Fp16Conversions.floatToFp16(floats[c][v]);
      }
    }
    return tables;
  }

  /**
   * Where the components of an image go.
   *
   * @param pixels per image
   * @param bgr whether channel 0 of the input is blue
   * @param channelStride elements from a channel to the next
   * @param pixelStride elements from a pixel to the next
   */
  record Order(int pixels, boolean bgr, int channelStride, int pixelStride) {
    static Order of(TeacherCard card) {
      int pixels = card.size() * card.size();
      boolean planes = card.layout() == Layout.NCHW;
      boolean bgr = card.channels() == ChannelOrder.BGR;
      return new Order(pixels, bgr, planes ? pixels : 1, planes ? 1 : 3);
    }

    int elements() {
      return pixels * 3;
    }

    /** The byte of an RGB pixel that channel {@code c} of the input is made of. */
    int source(int c) {
      return bgr ? 2 - c : c;
    }
  }

  /** For float32 inputs. */
  final class Floats implements RowEncoder {
    private final Order order;
    private final float[][] tables;
    // An array that is copied in one piece is faster than single puts into native memory.
    private final float[] staging;

    private Floats(Order order, float[][] tables) {
      this.order = order;
      this.tables = tables;
      this.staging = new float[order.elements()];
    }

    @Override
    public void encode(byte[] rgb, ByteBuffer tensor, int row) {
      for (int c = 0; c < 3; c++) {
        float[] table = tables[c];
        int at = c * order.channelStride();
        int source = order.source(c);
        for (int p = 0; p < order.pixels(); p++, at += order.pixelStride(), source += 3) {
          staging[at] = table[rgb[source] & 0xff];
        }
      }
      tensor.asFloatBuffer().put(row * staging.length, staging);
    }
  }

  /** For float16 inputs. */
  final class Halves implements RowEncoder {
    private final Order order;
    private final short[][] tables;
    private final short[] staging;

    private Halves(Order order, short[][] tables) {
      this.order = order;
      this.tables = tables;
      this.staging = new short[order.elements()];
    }

    @Override
    public void encode(byte[] rgb, ByteBuffer tensor, int row) {
      for (int c = 0; c < 3; c++) {
        short[] table = tables[c];
        int at = c * order.channelStride();
        int source = order.source(c);
        for (int p = 0; p < order.pixels(); p++, at += order.pixelStride(), source += 3) {
          staging[at] = table[rgb[source] & 0xff];
        }
      }
      tensor.asShortBuffer().put(row * staging.length, staging);
    }
  }

  /** For uint8 inputs whose layout, channels or size differ from the batch's. */
  final class Bytes implements RowEncoder {
    private final Order order;
    private final byte[] staging;

    private Bytes(Order order) {
      this.order = order;
      this.staging = new byte[order.elements()];
    }

    @Override
    public void encode(byte[] rgb, ByteBuffer tensor, int row) {
      for (int c = 0; c < 3; c++) {
        int at = c * order.channelStride();
        int source = order.source(c);
        for (int p = 0; p < order.pixels(); p++, at += order.pixelStride(), source += 3) {
          staging[at] = rgb[source];
        }
      }
      tensor.put(row * staging.length, staging);
    }
  }
}
