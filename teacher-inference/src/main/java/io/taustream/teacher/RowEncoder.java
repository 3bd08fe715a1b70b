package io.taustream.teacher;

import ai.onnxruntime.platform.Fp16Conversions;
import io.taustream.teacher.TeacherCard.ChannelOrder;
import io.taustream.teacher.TeacherCard.Layout;
import java.nio.ByteBuffer;

/**
 * Writes one image of bytes as one row of the model's input. A byte has 256 values, so each
 * channel's normalisation is a table. Not thread-safe.
 */
sealed interface RowEncoder {
  /**
   * Writes one image.
   *
   * @param image {@code size × size × 3} bytes, RGB; {@code size × size} luma within {@link Grey}
   * @param tensor the input tensor, in native order
   * @param row the row of the tensor to write
   */
  void encode(byte[] image, ByteBuffer tensor, int row);

  /** The encoder for a card. */
  static RowEncoder of(TeacherCard card) {
    Order order = Order.of(card);
    RowEncoder encoder =
        switch (card.type()) {
          case FLOAT32 -> new Floats(order, floats(card));
          case FLOAT16 -> new Shorts(order, shorts(floats(card), Fp16Conversions::floatToFp16));
          case BFLOAT16 -> new Shorts(order, shorts(floats(card), Fp16Conversions::floatToBf16));
          case UINT8 -> new Bytes(order);
        };
    return card.channels() == ChannelOrder.GREY ? new Grey(order, encoder) : encoder;
  }

  private static float[][] floats(TeacherCard card) {
    float[][] tables = new float[card.channels().count()][256];
    for (int c = 0; c < tables.length; c++) {
      for (int v = 0; v < 256; v++) {
        double unit = (double) v / card.range();
        tables[c][v] = (float) ((unit - card.mean().get(c)) / card.deviation().get(c));
      }
    }
    return tables;
  }

  private static short[][] shorts(float[][] floats, Rounding rounding) {
    short[][] tables = new short[floats.length][256];
    for (int c = 0; c < tables.length; c++) {
      for (int v = 0; v < 256; v++) {
        tables[c][v] = rounding.round(floats[c][v]);
      }
    }
    return tables;
  }

  /** A float32 as the bits of a type of 16. */
  @FunctionalInterface
  interface Rounding {
    short round(float value);
  }

  /**
   * Where the components of an image go.
   *
   * @param pixels per image
   * @param channels components of a pixel
   * @param bgr whether channel 0 of the input is blue
   * @param channelStride elements from a channel to the next
   * @param pixelStride elements from a pixel to the next
   */
  record Order(int pixels, int channels, boolean bgr, int channelStride, int pixelStride) {
    static Order of(TeacherCard card) {
      int pixels = card.size() * card.size();
      boolean planes = card.layout() == Layout.NCHW;
      boolean bgr = card.channels() == ChannelOrder.BGR;
      int channels = card.channels().count();
      return new Order(pixels, channels, bgr, planes ? pixels : 1, planes ? 1 : channels);
    }

    int elements() {
      return pixels * channels;
    }

    /** The byte of a pixel that channel {@code c} of the input is made of. */
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
    public void encode(byte[] image, ByteBuffer tensor, int row) {
      for (int c = 0; c < order.channels(); c++) {
        float[] table = tables[c];
        int at = c * order.channelStride();
        int source = order.source(c);
        for (int p = 0;
            p < order.pixels();
            p++, at += order.pixelStride(), source += order.channels()) {
          staging[at] = table[image[source] & 0xff];
        }
      }
      tensor.asFloatBuffer().put(row * staging.length, staging);
    }
  }

  /** For float16 and bfloat16 inputs. */
  final class Shorts implements RowEncoder {
    private final Order order;
    private final short[][] tables;
    private final short[] staging;

    private Shorts(Order order, short[][] tables) {
      this.order = order;
      this.tables = tables;
      this.staging = new short[order.elements()];
    }

    @Override
    public void encode(byte[] image, ByteBuffer tensor, int row) {
      for (int c = 0; c < order.channels(); c++) {
        short[] table = tables[c];
        int at = c * order.channelStride();
        int source = order.source(c);
        for (int p = 0;
            p < order.pixels();
            p++, at += order.pixelStride(), source += order.channels()) {
          staging[at] = table[image[source] & 0xff];
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
    public void encode(byte[] image, ByteBuffer tensor, int row) {
      for (int c = 0; c < order.channels(); c++) {
        int at = c * order.channelStride();
        int source = order.source(c);
        for (int p = 0;
            p < order.pixels();
            p++, at += order.pixelStride(), source += order.channels()) {
          staging[at] = image[source];
        }
      }
      tensor.put(row * staging.length, staging);
    }
  }

  /** For grey inputs: makes the luma, one byte a pixel, which another encoder then writes. */
  final class Grey implements RowEncoder {
    private final RowEncoder encoder;
    private final byte[] luma;

    private Grey(Order order, RowEncoder encoder) {
      this.encoder = encoder;
      this.luma = new byte[order.pixels()];
    }

    @Override
    public void encode(byte[] rgb, ByteBuffer tensor, int row) {
      for (int p = 0, source = 0; p < luma.length; p++, source += 3) {
        int red = rgb[source] & 0xff;
        int green = rgb[source + 1] & 0xff;
        int blue = rgb[source + 2] & 0xff;
        luma[p] = (byte) ((19595 * red + 38470 * green + 7471 * blue + 0x8000) >> 16);
      }
      encoder.encode(luma, tensor, row);
    }
  }
}
