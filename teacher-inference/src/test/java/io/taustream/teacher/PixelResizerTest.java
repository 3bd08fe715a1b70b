package io.taustream.teacher;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.ByteRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class PixelResizerTest {
  @Property(tries = 30)
  void keepsAFlatImageFlat(
      @ForAll @IntRange(min = 1, max = 40) int from,
      @ForAll @IntRange(min = 1, max = 40) int to,
      @ForAll byte value) {
    byte[] source = new byte[from * from * 3];
    Arrays.fill(source, value);
    byte[] target = new byte[to * to * 3];
    new PixelResizer(from, to).resize(source, target);
    assertThat(target).containsOnly(value);
  }

  @Property(tries = 20)
  void leavesAnImageOfTheSameSizeAsItIs(
      @ForAll @IntRange(min = 1, max = 20) int size, @ForAll @ByteRange byte seed) {
    byte[] source = TestImages.pixels(1, size, seed);
    byte[] target = new byte[source.length];
    new PixelResizer(size, size).resize(source, target);
    assertThat(target).isEqualTo(source);
  }

  @Test
  void enlargesBetweenPixelCentres() {
    // Rows of one value: 0 and 100 stand at 0.5 and 1.5; the targets at 0.25, 0.75, 1.25, 1.75.
    byte[] target = resize(2, 4, 0, 100, 0, 100);
    assertThat(red(target, 4))
        .containsExactly(0, 25, 75, 100, 0, 25, 75, 100, 0, 25, 75, 100, 0, 25, 75, 100);
  }

  @Test
  void shrinksOverAllPixels() {
    // Triangle of half-width 2 about 1: weights 0.125, 0.375, 0.375, 0.125 cut at the border.
    byte[] target = resize(4, 2, 200, 0, 0, 0, 200, 0, 0, 0, 200, 0, 0, 0, 200, 0, 0, 0);
    // 3/7 of the first, 3/7 of the second, 1/7 of the third pixel; then 1/7, 3/7 and 3/7.
    assertThat(red(target, 2)).containsExactly(86, 0, 86, 0);
  }

  @Test
  void keepsTheChannelsApart() {
    byte[] target = new byte[2 * 2 * 3];
    new PixelResizer(1, 2).resize(new byte[] {1, 2, 3}, target);
    assertThat(target).containsExactly(1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3);
  }

  private static byte[] resize(int from, int to, int... red) {
    byte[] source = new byte[from * from * 3];
    for (int i = 0; i < red.length; i++) {
      source[3 * i] = (byte) red[i];
    }
    byte[] target = new byte[to * to * 3];
    new PixelResizer(from, to).resize(source, target);
    return target;
  }

  private static int[] red(byte[] pixels, int size) {
    int[] red = new int[size * size];
    for (int i = 0; i < red.length; i++) {
      red[i] = pixels[3 * i] & 0xff;
    }
    return red;
  }
}
