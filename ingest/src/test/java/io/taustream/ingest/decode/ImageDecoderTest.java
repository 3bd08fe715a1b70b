package io.taustream.ingest.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.taustream.ingest.format.Payload;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class ImageDecoderTest {
  /** 8 × 8 pixels of CMYK (0, 255, 255, 0), which is red, as Pillow writes it (Adobe, inverted). */
  private static final String CMYK_JPEG =
      "/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwADAgIDAgIDAwMDBAMDBAUIBQUEBAUKBwcGCAwKDAwLCgsL"
          + "DQ4SEA0OEQ4LCxAWEBETFBUVFQwPFxgWFBgSFBUU/8AAFAgACAAIBEMRAE0RAFkRAEsRAP/EAB8A"
          + "AAEFAQEBAQEBAAAAAAAAAAABAgMEBQYHCAkKC//EALUQAAIBAwMCBAMFBQQEAAABfQECAwAEEQUS"
          + "ITFBBhNRYQcicRQygZGhCCNCscEVUtHwJDNicoIJChYXGBkaJSYnKCkqNDU2Nzg5OkNERUZHSElK"
          + "U1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6g4SFhoeIiYqSk5SVlpeYmZqio6Slpqeoqaqys7S1tre4"
          + "ubrCw8TFxsfIycrS09TV1tfY2drh4uPk5ebn6Onq8fLz9PX29/j5+v/aAA4EQwBNAFkASwAAPwD9"
          + "U6/Kqvyqr9U6/9k=";

  private final ImageDecoder decoder = new ImageDecoder();

  private RgbImage decode(byte[] bytes) throws UndecodableImageException {
    return decoder.decode(new Payload.Encoded(bytes));
  }

  private static byte[] png(int type, int rgb) throws IOException {
    BufferedImage image = new BufferedImage(3, 2, type);
    for (int y = 0; y < 2; y++) {
      for (int x = 0; x < 3; x++) {
        image.setRGB(x, y, rgb);
      }
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageIO.write(image, "png", bytes);
    return bytes.toByteArray();
  }

  @Test
  void decodesColoursInTheOrderRedGreenBlue() throws Exception {
    RgbImage image = decode(png(BufferedImage.TYPE_INT_RGB, 0xFF8001));

    assertThat(image.width()).isEqualTo(3);
    assertThat(image.height()).isEqualTo(2);
    assertThat(Arrays.copyOf(image.rgb(), 3)).containsExactly(0xFF, 0x80, 0x01);
  }

  @Test
  void turnsGreyIntoThreeEqualChannels() throws Exception {
    byte[] rgb = decode(png(BufferedImage.TYPE_BYTE_GRAY, 0xFFFFFF)).rgb();

    assertThat(rgb).hasSize(18).containsOnly(0xFF);
  }

  @Test
  void turnsSixteenBitGreyIntoEightBitColour() throws Exception {
    assertThat(decode(png(BufferedImage.TYPE_USHORT_GRAY, 0xFFFFFF)).rgb()).containsOnly(0xFF);
  }

  @Test
  void dropsAlpha() throws Exception {
    byte[] rgb = decode(png(BufferedImage.TYPE_INT_ARGB, 0x800000FF)).rgb();

    assertThat(Arrays.copyOf(rgb, 3)).containsExactly(0, 0, 0xFF);
  }

  @Test
  void turnsCmykIntoRgb() throws Exception {
    byte[] rgb = decode(Base64.getDecoder().decode(CMYK_JPEG)).rgb();

    assertThat(rgb[0] & 0xFF).isCloseTo(255, within(12));
    assertThat(rgb[1] & 0xFF).isCloseTo(0, within(12));
    assertThat(rgb[2] & 0xFF).isCloseTo(0, within(12));
  }

  @Test
  void refusesATextFileThatIsCalledJpg() {
    assertThatThrownBy(() -> decode("hello, this is text".getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(UndecodableImageException.class)
        .hasMessageContaining("neither JPEG nor PNG");
  }

  @Test
  void refusesAPngThatClaimsTooManyPixelsBeforeAllocatingThem() throws Exception {
    byte[] bytes = png(BufferedImage.TYPE_INT_RGB, 0);
    ByteBuffer.wrap(bytes).putInt(16, 60_000).putInt(20, 60_000);

    assertThatThrownBy(() -> decode(bytes))
        .isInstanceOf(UndecodableImageException.class)
        .hasMessageContaining("60000 x 60000")
        .hasMessageContaining("64,000,000");
  }

  @Test
  void refusesEveryPrefixOfAPngThatCutsIntoItsPixels() throws Exception {
    byte[] bytes = png(BufferedImage.TYPE_INT_RGB, 0x123456);

    for (int length = 0; length < 40; length++) {
      byte[] prefix = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> decode(prefix)).isInstanceOf(UndecodableImageException.class);
    }
  }

  @Test
  void passesPlainPixelsOn() throws Exception {
    byte[] rgb = {1, 2, 3};

    assertThat(decoder.decode(new Payload.Pixels(1, 1, rgb)).rgb()).isSameAs(rgb);
  }
}
