package io.taustream.teacher;

import static org.assertj.core.api.Assertions.assertThat;

import io.taustream.teacher.TeacherCard.ChannelOrder;
import io.taustream.teacher.TeacherCard.ElementType;
import io.taustream.teacher.TeacherCard.Layout;
import io.taustream.teacher.TeacherCard.OutputKind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class RowEncoderTest {
  private static final byte[] COLOURS =
      bytes(
          255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255, 1, 2, 3, 200, 100, 50, 13, 77, 201, 254,
          255, 253, 0, 1, 0);

  @Test
  void makesGreyAsPillowDoes() {
    ByteBuffer tensor = ByteBuffer.allocate(9);
    TeacherCard card = card(3, Layout.NHWC, ChannelOrder.GREY, ElementType.UINT8, 1, 0, 1);
    RowEncoder.of(card).encode(COLOURS, tensor, 0);
    // Image.fromarray(colours).convert("L") of Pillow 13.
    assertThat(tensor.array()).isEqualTo(bytes(76, 150, 29, 255, 2, 124, 72, 254, 1));
  }

  @Test
  void normalisesTheLuma() {
    ByteBuffer tensor = ByteBuffer.allocate(18 * Float.BYTES).order(ByteOrder.nativeOrder());
    TeacherCard card = card(3, Layout.FLAT, ChannelOrder.GREY, ElementType.FLOAT32, 255, 0.5, 0.25);
    RowEncoder.of(card).encode(COLOURS, tensor, 1);
    assertThat(tensor.getFloat(9 * Float.BYTES)).isEqualTo((float) ((76 / 255.0 - 0.5) / 0.25));
    assertThat(tensor.getFloat(17 * Float.BYTES)).isEqualTo((float) ((1 / 255.0 - 0.5) / 0.25));
  }

  @Test
  void writesAFlatRowByRowColumnAndChannel() {
    ByteBuffer tensor = ByteBuffer.allocate(27 * Float.BYTES).order(ByteOrder.nativeOrder());
    RowEncoder.of(card(3, Layout.FLAT, ChannelOrder.RGB, ElementType.FLOAT32, 1, 0, 1))
        .encode(COLOURS, tensor, 0);
    for (int i = 0; i < 27; i++) {
      assertThat(tensor.getFloat(i * Float.BYTES)).isEqualTo(COLOURS[i] & 0xff);
    }
  }

  @Test
  void roundsToTheNearestBfloat16() {
    ByteBuffer tensor = ByteBuffer.allocate(27 * Short.BYTES).order(ByteOrder.nativeOrder());
    RowEncoder.of(card(3, Layout.FLAT, ChannelOrder.RGB, ElementType.BFLOAT16, 1, 0, 3))
        .encode(COLOURS, tensor, 0);
    // 1 / 3 is 0x3EAAAAAB: the rest is above one half, so the upper half goes up by one.
    assertThat(tensor.getShort(12 * Short.BYTES)).isEqualTo((short) 0x3EAB);
    // 200 / 3 is 0x42855555: the rest is below one half.
    assertThat(tensor.getShort(15 * Short.BYTES)).isEqualTo((short) 0x4285);
  }

  private static TeacherCard card(
      int size,
      Layout layout,
      ChannelOrder channels,
      ElementType type,
      int range,
      double mean,
      double deviation) {
    List<Double> means = Collections.nCopies(channels.count(), mean);
    List<Double> deviations = Collections.nCopies(channels.count(), deviation);
    return new TeacherCard(
        size, layout, channels, type, means, deviations, range, "out", OutputKind.LOGITS, 2);
  }

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }
}
