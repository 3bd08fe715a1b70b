package io.taustream.ingest.view;

import io.taustream.ingest.decode.RgbImage;
import java.nio.ByteBuffer;

/**
 * {@code none}: the image itself. Where it has another size, the shorter side is scaled to it and
 * the middle is cut out.
 */
record Plain() implements ViewPolicy {
  static final String NAME = "none";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public boolean random() {
    return false;
  }

  @Override
  public void render(RgbImage image, int size, long viewSeed, ByteBuffer target, int offset) {
    target.put(offset, Resize.centre(image, size).rgb());
  }
}
