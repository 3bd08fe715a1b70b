package io.taustream.ingest.view;

import io.taustream.ingest.decode.RgbImage;
import java.nio.ByteBuffer;

/**
 * {@code none}: the image itself. Where it has another size, the shorter side is scaled to it and
 * the middle is cut out, as by torchvision's {@code Resize} and {@code CenterCrop}.
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
  public RgbImage prepare(RgbImage image, int size) {
    return CentreCrop.of(image, size);
  }

  @Override
  public void render(RgbImage prepared, int size, long viewSeed, ByteBuffer target, int offset) {
    target.put(offset, prepared.rgb());
  }
}
