package io.taustream.ingest.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taustream.ingest.decode.RgbImage;
import io.taustream.storage.TaustreamException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.zip.CRC32C;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ViewSpecTest {
  private static RgbImage gradient(int width, int height) {
    byte[] rgb = new byte[width * height * 3];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) (i * 7 + i / 3);
    }
    return new RgbImage(width, height, rgb);
  }

  private static byte[] render(String policy, RgbImage image, int size, long seed) {
    ByteBuffer target = ByteBuffer.allocateDirect(size * size * 3 + 5);
    ViewPolicy views = ViewPolicy.of(policy);
    views.render(views.prepare(image, size), size, seed, target, 5);
    byte[] pixels = new byte[size * size * 3];
    target.get(5, pixels);
    return pixels;
  }

  private static long crc(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return crc.getValue();
  }

  /**
   * Computed by Pillow too: the second is {@code resize((38, 32), BILINEAR).crop((3, 0, 35, 32))},
   * the last is {@code crop((13, 0, 38, 28)).resize((32, 32), BILINEAR)}.
   */
  @ParameterizedTest
  @CsvSource({
    "none, 32, 32, 3051868872",
    "none, 48, 40, 4169932204",
    "pad-crop-flip, 32, 32, 4131772650",
    "random-resized-crop, 64, 48, 1513630013"
  })
  void givesThePixelsThatItAlwaysGave(String policy, int width, int height, long expected) {
    assertThat(crc(render(policy, gradient(width, height), 32, 42))).isEqualTo(expected);
  }

  @Property(tries = 50)
  void isAPureFunctionOfImageAndSeed(@ForAll long seed) {
    for (String policy : ViewPolicy.NAMES) {
      byte[] once = render(policy, gradient(40, 36), 32, seed);
      assertThat(render(policy, gradient(40, 36), 32, seed)).isEqualTo(once);
    }
  }

  @Test
  void cropsWithinFourPixelsOfBorderAndFlipsHalfOfTheTime() {
    // The colour tells the place: red is x, green is y; both from 1, so that black is the border.
    byte[] rgb = new byte[32 * 32 * 3];
    for (int i = 0; i < 32 * 32; i++) {
      rgb[3 * i] = (byte) (1 + i % 32);
      rgb[3 * i + 1] = (byte) (1 + i / 32);
    }
    RgbImage image = new RgbImage(32, 32, rgb);
    int flipped = 0;
    Set<Integer> tops = new HashSet<>();
    for (int seed = 0; seed < 1_000; seed++) {
      byte[] view = render("pad-crop-flip", image, 32, SplitMix64.bits(seed, 0));
      int middle = (16 * 32 + 16) * 3;
      boolean flip = view[middle + 3] < view[middle];
      flipped += flip ? 1 : 0;
      tops.add(view[middle + 1] - 17);
    }
    assertThat(flipped).isBetween(430, 570);
    assertThat(tops).containsExactlyInAnyOrder(-4, -3, -2, -1, 0, 1, 2, 3, 4);
  }

  @Test
  void showsAnImageOfTheRightSizeAsItIs() {
    RgbImage image = gradient(32, 32);

    assertThat(render("none", image, 32, 1)).isEqualTo(image.rgb());
  }

  @Test
  void cutsTheMiddleOutOfAWideImage() {
    byte[] rgb = new byte[16 * 8 * 3];
    for (int i = 0; i < 16 * 8; i++) {
      Arrays.fill(rgb, 3 * i, 3 * i + 3, (byte) (i % 16));
    }

    assertThat(render("none", new RgbImage(16, 8, rgb), 8, 0)[0]).isEqualTo((byte) 4);
  }

  @Test
  void namesItselfByEverythingThatDecidesThePixels() {
    ViewSpec spec = new ViewSpec("pad-crop-flip", 32, 7, 8);

    assertThat(spec.id()).matches("pad-crop-flip-[0-9a-f]{12}");
    assertThat(new ViewSpec("pad-crop-flip", 32, 8, 8).id()).isNotEqualTo(spec.id());
    assertThat(new ViewSpec("pad-crop-flip", 28, 7, 8).id()).isNotEqualTo(spec.id());
    assertThat(new ViewSpec("random-resized-crop", 32, 7, 8).id()).isNotEqualTo(spec.id());
    assertThat(spec.json()).isEqualTo("{\"policy\":\"pad-crop-flip\",\"size\":32,\"seed\":7}");
  }

  @Test
  void hasTheSameNameHoweverManyViewsThereAre() {
    ViewSpec many = new ViewSpec("pad-crop-flip", 32, 7, 8);
    ViewSpec few = new ViewSpec("pad-crop-flip", 32, 7, 2);

    assertThat(few.id()).isEqualTo(many.id());
    assertThat(few.json()).isEqualTo(many.json());
  }

  @Test
  void givesEveryViewOfEverySampleItsOwnSeed() {
    ViewSpec spec = new ViewSpec("pad-crop-flip", 32, 7, 8);
    Set<Long> seeds = new HashSet<>();
    for (int sample = 0; sample < 100; sample++) {
      for (int view = 0; view < 8; view++) {
        seeds.add(spec.viewSeed("train%06d".formatted(sample), view));
      }
    }

    assertThat(seeds).hasSize(800);
    assertThat(spec.viewSeed("train000000", 1))
        .isEqualTo(new ViewSpec("pad-crop-flip", 32, 7, 2).viewSeed("train000000", 1));
  }

  @Test
  void hasOnePlainViewWhateverTheSeed() {
    assertThat(new ViewSpec("none", 32, 7, 1)).isEqualTo(ViewSpec.plain(32));
    assertThatThrownBy(() -> new ViewSpec("none", 32, 7, 2))
        .isInstanceOf(TaustreamException.class)
        .hasMessageContaining("view.count is 2");
  }

  @Test
  void refusesAnUnknownPolicyAndNamesTheKnownOnes() {
    assertThatThrownBy(() -> new ViewSpec("mixup", 32, 7, 1))
        .isInstanceOf(TaustreamException.class)
        .hasMessageContaining("mixup")
        .hasMessageContaining("pad-crop-flip");
  }
}
