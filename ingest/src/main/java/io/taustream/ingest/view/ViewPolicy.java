package io.taustream.ingest.view;

import io.taustream.ingest.decode.RgbImage;
import io.taustream.storage.TaustreamException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * How a view is made of an image. A policy is a pure function of (image, size, view seed), so that
 * a stored soft label stays true: training replays the view and gets the pixels that the teacher
 * saw, on every machine and at every thread count. Immutable, thread-safe.
 *
 * <p>To add a policy: a class beside {@link PadCropFlip}, and its name in {@link #of}.
 */
public sealed interface ViewPolicy permits Plain, PadCropFlip, RandomResizedCrop {
  /** The policies' names. */
  List<String> NAMES = List.of(Plain.NAME, PadCropFlip.NAME, RandomResizedCrop.NAME);

  /** The name in the configuration. */
  String name();

  /** Whether views of one sample differ. */
  boolean random();

  /**
   * What all views of an image at this size have in common, computed once an image: {@link #render}
   * takes its result.
   */
  RgbImage prepare(RgbImage image, int size);

  /**
   * Writes one view.
   *
   * @param prepared what {@link #prepare} gave for this size
   * @param size width and height of the view in pixels
   * @param target receives {@code size × size × 3} bytes, RGB, row major
   * @param offset where in {@code target} they begin; its position is not used
   */
  void render(RgbImage prepared, int size, long viewSeed, ByteBuffer target, int offset);

  /**
   * The policy of that name.
   *
   * @throws TaustreamException if there is none
   */
  static ViewPolicy of(String name) {
    return switch (name) {
      case Plain.NAME -> new Plain();
      case PadCropFlip.NAME -> new PadCropFlip();
      case RandomResizedCrop.NAME -> new RandomResizedCrop();
      default ->
          throw new TaustreamException(
              "view.policy '%s' is unknown; allowed: %s".formatted(name, String.join(", ", NAMES)));
    };
  }
}
