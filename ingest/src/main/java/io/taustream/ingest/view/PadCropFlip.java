package io.taustream.ingest.view;

import io.taustream.ingest.decode.RgbImage;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * {@code pad-crop-flip}: the augmentation of the CIFAR literature. The image, brought to {@code
 * size × size} as under {@code none}, gets a black border of 4 pixels; a window of {@code size ×
 * size} is cut out of that at random and turned left to right with probability ½.
 */
record PadCropFlip() implements ViewPolicy {
  static final String NAME = "pad-crop-flip";

  private static final int PAD = 4;
  private static final int LEFT = 0;
  private static final int TOP = 1;
  private static final int FLIP = 2;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public boolean random() {
    return true;
  }

  @Override
  public RgbImage prepare(RgbImage image, int size) {
    return CentreCrop.of(image, size);
  }

  @Override
  public void render(RgbImage prepared, int size, long viewSeed, ByteBuffer target, int offset) {
    byte[] source = prepared.rgb();
    int left = SplitMix64.below(2 * PAD + 1, viewSeed, LEFT) - PAD;
    int top = SplitMix64.below(2 * PAD + 1, viewSeed, TOP) - PAD;
    boolean flip = SplitMix64.uniform(viewSeed, FLIP) < 0.5;
    byte[] row = new byte[size * RgbImage.CHANNELS];
    for (int y = 0; y < size; y++) {
      fill(row, source, size, left, top + y);
      if (flip) {
        Flip.leftToRight(row);
      }
      target.put(offset + y * row.length, row);
    }
  }

  /** One row of the window: the image's pixels where it overlaps, black elsewhere. */
  private static void fill(byte[] row, byte[] source, int size, int left, int y) {
    Arrays.fill(row, (byte) 0);
    if (y < 0 || y >= size) {
      return;
    }
    int from = Math.max(0, left);
    int to = Math.min(size, left + size);
    System.arraycopy(
        source,
        (y * size + from) * RgbImage.CHANNELS,
        row,
        (from - left) * RgbImage.CHANNELS,
        (to - from) * RgbImage.CHANNELS);
  }
}
