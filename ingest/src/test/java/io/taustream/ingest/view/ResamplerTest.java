package io.taustream.ingest.view;

import static org.assertj.core.api.Assertions.assertThat;

import io.taustream.ingest.decode.RgbImage;
import java.util.Arrays;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResamplerTest {
  /** The checksums are of Pillow 13.0.0's {@code crop(…).resize(…, BILINEAR)}. */
  @ParameterizedTest
  @CsvSource({
    "40, 30, 0, 0, 40, 30, 32, 32, bae32283",
    "40, 30, 0, 0, 40, 30, 64, 50, ef7285d8",
    "500, 375, 37, 20, 264, 202, 224, 224, 2e4812e8",
    "17, 5, 0, 0, 17, 5, 3, 9, 83d932ec",
    "33, 33, 1, 2, 30, 30, 30, 30, 582e525b",
    "640, 480, 0, 0, 640, 480, 320, 240, 94baa942",
  })
  void scalesPixelForPixelAsPillow(
      int width,
      int height,
      int left,
      int top,
      int regionWidth,
      int regionHeight,
      int toWidth,
      int toHeight,
      String crc32) {
    RgbImage scaled =
        Resampler.scale(
            pattern(width, height),
            new Region(left, top, regionWidth, regionHeight),
            toWidth,
            toHeight);

    assertThat(scaled.width()).isEqualTo(toWidth);
    assertThat(scaled.height()).isEqualTo(toHeight);
    assertThat(crc32(scaled.rgb())).isEqualTo(crc32);
  }

  @Test
  void computesInAWindowWhatTheWholeHasThere() {
    RgbImage image = pattern(50, 40);
    Region region = new Region(3, 4, 45, 33);
    RgbImage whole = Resampler.scale(image, region, 20, 60);

    RgbImage window = Resampler.scale(image, region, 20, 60, new Region(7, 11, 9, 31));

    byte[] cut = new byte[9 * 31 * RgbImage.CHANNELS];
    for (int y = 0; y < 31; y++) {
      System.arraycopy(whole.rgb(), ((11 + y) * 20 + 7) * 3, cut, y * 9 * 3, 9 * 3);
    }
    assertThat(window.rgb()).isEqualTo(cut);
  }

  @Test
  void keepsWhiteWhite() {
    byte[] white = new byte[31 * 17 * RgbImage.CHANNELS];
    Arrays.fill(white, (byte) 255);

    RgbImage scaled = Resampler.scale(new RgbImage(31, 17, white), Region.whole(31, 17), 13, 29);

    assertThat(scaled.rgb()).containsOnly((byte) 255);
  }

  /** Smooth ramps, a parabola and stripes, which wrap around: edges of every kind. */
  static RgbImage pattern(int width, int height) {
    byte[] rgb = new byte[width * height * RgbImage.CHANNELS];
    int i = 0;
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        rgb[i++] = (byte) (x * 7 + y * 13);
        rgb[i++] = (byte) (x * x + y * 3);
        rgb[i++] = (byte) (x * y + 29 * (x / 5));
      }
    }
    return new RgbImage(width, height, rgb);
  }

  static String crc32(byte[] bytes) {
    CRC32 crc = new CRC32();
    crc.update(bytes);
    return "%08x".formatted(crc.getValue());
  }
}
