package io.taustream.ingest.view;

import io.taustream.ingest.decode.RgbImage;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * {@code random-resized-crop}: the augmentation of the ImageNet literature. A part with 8 % to 100
 * % of the image's area and a ratio of sides between 3:4 and 4:3 (uniform in its logarithm) is
 * scaled to {@code size × size} and turned left to right with probability ½. Where 10 tries give no
 * part that fits, the largest centred part of an allowed ratio is taken, as torchvision does.
 */
record RandomResizedCrop() implements ViewPolicy {
  static final String NAME = "random-resized-crop";

  private static final double LEAST_SCALE = 0.08;
  private static final double LEAST_RATIO = 3.0 / 4;
  private static final double LARGEST_RATIO = 4.0 / 3;
  private static final int TRIES = 10;

  /** Random numbers that one try uses: scale, ratio, left, top. The flip's comes before them. */
  private static final int FLIP = 0;

  private static final int PER_TRY = 4;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public boolean random() {
    return true;
  }

  /** The image itself: each view takes another part of it. */
  @Override
  public RgbImage prepare(RgbImage image, int size) {
    return image;
  }

  @Override
  public void render(RgbImage prepared, int size, long viewSeed, ByteBuffer target, int offset) {
    byte[] rgb = Resampler.scale(prepared, part(prepared, viewSeed), size, size).rgb();
    boolean flip = SplitMix64.uniform(viewSeed, FLIP) < 0.5;
    int rowLength = size * RgbImage.CHANNELS;
    for (int y = 0; y < size; y++) {
      byte[] row = Arrays.copyOfRange(rgb, y * rowLength, (y + 1) * rowLength);
      if (flip) {
        Flip.leftToRight(row);
      }
      target.put(offset + y * rowLength, row);
    }
  }

  private static Region part(RgbImage image, long viewSeed) {
    double area = (double) image.width() * image.height();
    for (int attempt = 0; attempt < TRIES; attempt++) {
      int counter = FLIP + 1 + attempt * PER_TRY;
      double scale = LEAST_SCALE + (1 - LEAST_SCALE) * SplitMix64.uniform(viewSeed, counter);
      // StrictMath: the last bit of exp and log may differ between machines otherwise.
      double least = StrictMath.log(LEAST_RATIO);
      double span = StrictMath.log(LARGEST_RATIO) - least;
      double ratio = StrictMath.exp(least + span * SplitMix64.uniform(viewSeed, counter + 1));
      int width = (int) Math.round(Math.sqrt(area * scale * ratio));
      int height = (int) Math.round(Math.sqrt(area * scale / ratio));
      if (width > 0 && width <= image.width() && height > 0 && height <= image.height()) {
        int left = SplitMix64.below(image.width() - width + 1, viewSeed, counter + 2);
        int top = SplitMix64.below(image.height() - height + 1, viewSeed, counter + 3);
        return new Region(left, top, width, height);
      }
    }
    return centre(image);
  }

  private static Region centre(RgbImage image) {
    double ratio = (double) image.width() / image.height();
    int width = image.width();
    int height = image.height();
    if (ratio < LEAST_RATIO) {
      height = Math.min(height, (int) Math.round(width / LEAST_RATIO));
    } else if (ratio > LARGEST_RATIO) {
      width = Math.min(width, (int) Math.round(height * LARGEST_RATIO));
    }
    return new Region((image.width() - width) / 2, (image.height() - height) / 2, width, height);
  }
}
