package io.taustream.ingest.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.taustream.ingest.format.Payload;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every kind of JPEG and PNG, from files that Pillow wrote. */
class ImageKindsTest {
  private final ImageDecoder decoder = new ImageDecoder();

  private static byte[] file(String name) throws IOException {
    try (InputStream in = ImageKindsTest.class.getResourceAsStream(name)) {
      return in.readAllBytes();
    }
  }

  private RgbImage decode(byte[] bytes) throws UndecodableImageException {
    return decoder.decode(new Payload.Encoded(bytes));
  }

  private static int[] pixel(RgbImage image, int x, int y) {
    int at = (y * image.width() + x) * RgbImage.CHANNELS;
    return new int[] {
      image.rgb()[at] & 0xFF, image.rgb()[at + 1] & 0xFF, image.rgb()[at + 2] & 0xFF
    };
  }

  /** The expected pixels are Pillow's; for grey16 they are the upper bytes of 24,200 and 56,500. */
  @ParameterizedTest
  @CsvSource({
    "grey.png, 90, 90, 90, 210, 210, 210",
    "grey16.png, 94, 94, 94, 220, 220, 220",
    "alpha.png, 90, 80, 75, 210, 200, 180",
    "grey-alpha.png, 90, 90, 90, 210, 210, 210",
    "palette.png, 90, 80, 75, 195, 200, 173",
    "palette-transparent.png, 90, 80, 75, 195, 200, 173",
    "bits.png, 255, 255, 255, 0, 0, 0",
  })
  void decodesEveryKindOfPngToTheSamePixelsAsPillow(
      String name, int red, int green, int blue, int lastRed, int lastGreen, int lastBlue)
      throws Exception {
    RgbImage image = decode(file(name));

    assertThat(image.width()).isEqualTo(8);
    assertThat(image.height()).isEqualTo(6);
    assertThat(pixel(image, 0, 0)).containsExactly(0, 0, 0);
    assertThat(pixel(image, 3, 2)).containsExactly(red, green, blue);
    assertThat(pixel(image, 7, 5)).containsExactly(lastRed, lastGreen, lastBlue);
  }

  @Test
  void turnsAdobeCmykIntoRgb() throws Exception {
    int[] pixel = pixel(decode(file("cmyk.jpg")), 8, 8);

    assertThat(pixel[0]).isCloseTo(200, within(3));
    assertThat(pixel[1]).isCloseTo(60, within(3));
    assertThat(pixel[2]).isCloseTo(20, within(3));
  }

  @Test
  void refusesCmykWhoseMeaningIsUnknown() throws Exception {
    byte[] bytes = file("cmyk.jpg");
    int adobe = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("Adobe");
    bytes[adobe] = 'X';

    assertThatThrownBy(() -> decode(bytes))
        .isInstanceOf(UndecodableImageException.class)
        .hasMessageContaining("no Adobe marker");
  }

  @Test
  void ignoresTheOrientationInExif() throws Exception {
    RgbImage image = decode(file("turned.jpg"));

    assertThat(image.width()).isEqualTo(24);
    assertThat(image.height()).isEqualTo(16);
  }

  @Test
  void decodesProgressiveJpeg() throws Exception {
    int[] pixel = pixel(decode(file("progressive.jpg")), 22, 18);

    assertThat(pixel[0]).isCloseTo(150, within(20));
    assertThat(pixel[1]).isCloseTo(160, within(20));
    assertThat(pixel[2]).isCloseTo(135, within(20));
  }

  /** OpenCV would make up the rest of the JPEG. */
  @ParameterizedTest
  @ValueSource(strings = {"turned.jpg", "progressive.jpg", "cmyk.jpg", "palette.png", "alpha.png"})
  void refusesAnImageThatIsCutOffAnywhere(String name) throws Exception {
    byte[] bytes = file(name);
    // A PNG's pixels may be whole before its last 12 bytes, which say only that it ends.
    int last = name.endsWith("png") ? bytes.length - 16 : bytes.length - 1;
    for (int length = 0; length <= last; length += 3) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> decode(cut))
          .as("%d bytes of %d", length, bytes.length)
          .isInstanceOf(UndecodableImageException.class);
    }
  }
}
