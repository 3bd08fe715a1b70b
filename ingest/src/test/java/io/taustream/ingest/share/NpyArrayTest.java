package io.taustream.ingest.share;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** NumPy's files: what numpy.save writes, byte by byte. */
class NpyArrayTest {
  private static NpyArray floats(List<Integer> shape, float... values) {
    ByteBuffer data = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      data.putFloat(value);
    }
    return new NpyArray("<f4", shape, data.flip());
  }

  private static byte[] file(int version, String header, int bytes) {
    byte[] text = header.getBytes(StandardCharsets.US_ASCII);
    int lengthBytes = version == 1 ? 2 : 4;
    ByteBuffer file =
        ByteBuffer.allocate(8 + lengthBytes + text.length + bytes).order(ByteOrder.LITTLE_ENDIAN);
    file.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII));
    file.put((byte) version).put((byte) 0);
    if (version == 1) {
      file.putShort((short) text.length);
    } else {
      file.putInt(text.length);
    }
    return file.put(text).array();
  }

  @Test
  void isWhatNumpyWrites() {
    byte[] bytes = floats(List.of(2, 3), 1, 2, 3, 4, 5, 6).toBytes();

    // numpy.save of numpy.arange(1, 7, dtype="<f4").reshape(2, 3): 118 bytes of header, 128 in all.
    String header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";
    assertThat(bytes).hasSize(128 + 24);
    assertThat(Arrays.copyOf(bytes, 10))
        .containsExactly(0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 118, 0);
    assertThat(new String(bytes, 10, 118, StandardCharsets.US_ASCII))
        .isEqualTo(header + " ".repeat(117 - header.length()) + "\n");
    assertThat(NpyArray.of(bytes).number(5)).isEqualTo(6);
  }

  @Test
  void readsOneDimensionAndNone() {
    assertThat(NpyArray.of(floats(List.of(2), 1, 2).toBytes()).shape()).containsExactly(2);
    assertThat(NpyArray.of(floats(List.of(), 1).toBytes()).shape()).isEmpty();
  }

  @Test
  void readsLaterVersions() {
    byte[] bytes = file(2, "{'descr': '<i8', 'fortran_order': False, 'shape': (3,), }\n", 24);
    bytes[bytes.length - 8] = 7;

    assertThat(NpyArray.of(bytes).integer(2)).isEqualTo(7);
  }

  @Test
  void refusesWhatItCannotRead() {
    refuse("no array".getBytes(StandardCharsets.US_ASCII), "it is no .npy file");
    refuse(Arrays.copyOf(floats(List.of(2), 1, 2).toBytes(), 40), "its header is cut off");
    refuse(Arrays.copyOf(floats(List.of(2), 1, 2).toBytes(), 130), "it has 2 bytes for shape [2]");
    refuse(file(1, "{'descr': '<f4', 'fortran_order': True, 'shape': (1,), }", 4), "its header is");
    refuse(
        file(1, "{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }", 4),
        "its type is '>f4'");
    refuse(
        file(1, "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", 4), "its type is '|O'");
    refuse(
        file(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (99999, 99999), }", 4), "99999");
  }

  private static void refuse(byte[] file, String why) {
    assertThatThrownBy(() -> NpyArray.of(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(why);
  }
}
