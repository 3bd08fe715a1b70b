package io.taustream.teacher;

import io.taustream.storage.TaustreamException;
import io.taustream.teacher.TeacherCard.ChannelOrder;
import io.taustream.teacher.TeacherCard.ElementType;
import io.taustream.teacher.TeacherCard.Layout;
import java.util.List;
import java.util.Optional;

/**
 * Completes a card from what is stated (card file, then the model's metadata), the shapes of the
 * model's tensors, the data, and at last defaults. What rests on a default or a name is a guess and
 * is listed. What is stated and contradicts the model is an error.
 *
 * <ul>
 *   <li>layout: the dimension that is 3; a guess, NCHW, where none is fixed
 *   <li>size: the fixed height and width; a guess, the data's size or else 224, where dynamic
 *   <li>channels: a guess, RGB
 *   <li>mean, deviation, range: a guess, ImageNet's 0.485 0.456 0.406, 0.229 0.224 0.225, and 255;
 *       for uint8 inputs 0, 1 and 1 without guessing
 *   <li>output, output kind, classes: see {@link OutputInference}
 * </ul>
 */
final class CardInference {
  private static final List<Double> IMAGENET_MEAN = List.of(0.485, 0.456, 0.406);
  private static final List<Double> IMAGENET_DEVIATION = List.of(0.229, 0.224, 0.225);
  private static final int DEFAULT_SIZE = 224;
  private static final int RGB_CHANNELS = 3;

  private final ModelFile model;
  private final ModelDescription description;
  private final CardFields stated;
  private final Optional<DataShape> data;
  private final Guesses guesses = new Guesses();

  private CardInference(
      ModelFile model, ModelDescription description, CardFields stated, Optional<DataShape> data) {
    this.model = model;
    this.description = description;
    this.stated = stated;
    this.data = data;
  }

  /**
   * @param stated what card file and metadata say
   * @param data what the teacher is to label, where known
   * @throws TaustreamException if no card can make this model label such data
   */
  static InferredCard infer(
      ModelFile model, ModelDescription description, CardFields stated, Optional<DataShape> data) {
    return new CardInference(model, description, stated, data).infer();
  }

  private InferredCard infer() {
    if (description.inputs().size() != 1) {
      throw model.failure(
          "it takes %d inputs, %s; a teacher takes one, the images"
              .formatted(description.inputs().size(), description.inputs()));
    }
    TensorDescription input = description.inputs().get(0);
    ElementType type = type(input);
    if (input.shape().size() != 4) {
      throw model.failure(
          "input %s has %d dimensions; a teacher takes images: [N, 3, size, size] or [N, size, size, 3]"
              .formatted(input, input.shape().size()));
    }
    Layout layout = layout(input);
    int size = size(input, layout);
    ChannelOrder channels =
        stated
            .channels()
            .orElseGet(() -> guesses.add("channels", ChannelOrder.RGB, "rgb", "the usual"));
    OutputInference.Choice output =
        new OutputInference(model, description, stated, data, guesses).choose();
    boolean bytes = type == ElementType.UINT8;
    List<Double> mean =
        stated
            .mean()
            .orElseGet(
                () -> bytes ? List.of(0.0, 0.0, 0.0) : imageNet("mean", IMAGENET_MEAN, channels));
    List<Double> deviation =
        stated
            .deviation()
            .orElseGet(
                () ->
                    bytes
                        ? List.of(1.0, 1.0, 1.0)
                        : imageNet("deviation", IMAGENET_DEVIATION, channels));
    int range =
        stated.range().orElseGet(() -> bytes ? 1 : guesses.add("range", 255, "255", "the usual"));
    try {
      TeacherCard card =
          new TeacherCard(
              size,
              layout,
              channels,
              type,
              mean,
              deviation,
              range,
              output.name(),
              output.kind(),
              output.classes());
      return new InferredCard(card, guesses.list());
    } catch (TaustreamException e) {
      throw model.failure(e.getMessage() + "; correct " + stated.source(), e);
    }
  }

  private ElementType type(TensorDescription input) {
    ElementType found =
        switch (input.type()) {
          case "float32" -> ElementType.FLOAT32;
          case "float16" -> ElementType.FLOAT16;
          case "uint8" -> ElementType.UINT8;
          default ->
              throw model.failure(
                  "input %s is of type %s; a teacher takes float32, float16 or uint8: export it so"
                      .formatted(input, input.type()));
        };
    stated
        .type()
        .filter(type -> type != found)
        .ifPresent(
            type -> {
              throw stated.contradiction(
                  model, "type: " + TeacherCard.lower(type), "input " + input);
            });
    return found;
  }

  private Layout layout(TensorDescription input) {
    long second = input.shape().get(1);
    long last = input.shape().get(3);
    boolean nchw = second == RGB_CHANNELS || second < 0;
    boolean nhwc = last == RGB_CHANNELS || last < 0;
    if (!nchw && !nhwc) {
      throw model.failure(
          "input %s has no dimension of 3 channels; a teacher takes colour images: [N, 3, size, size] or [N, size, size, 3]"
              .formatted(input));
    }
    if (stated.layout().isPresent()) {
      Layout layout = stated.layout().get();
      if (layout == Layout.NCHW ? !nchw : !nhwc) {
        throw stated.contradiction(model, "layout: " + TeacherCard.lower(layout), "input " + input);
      }
      return layout;
    }
    if (nchw != nhwc) {
      return nchw ? Layout.NCHW : Layout.NHWC;
    }
    if (second < 0 && last == RGB_CHANNELS) {
      return Layout.NHWC;
    }
    return second == RGB_CHANNELS
        ? Layout.NCHW
        : guesses.add("layout", Layout.NCHW, "nchw", "no dimension is fixed to 3");
  }

  private int size(TensorDescription input, Layout layout) {
    long height = input.shape().get(layout == Layout.NCHW ? 2 : 1);
    long width = input.shape().get(layout == Layout.NCHW ? 3 : 2);
    if (height > 0 && width > 0 && height != width) {
      throw model.failure(
          "input %s takes images of %d rows and %d columns; a teacher takes square ones: export it so"
              .formatted(input, height, width));
    }
    long fixed = Math.max(height, width);
    if (fixed > 0) {
      stated
          .size()
          .filter(size -> size != fixed)
          .ifPresent(
              size -> {
                throw stated.contradiction(model, "size: " + size, "input " + input);
              });
      return Math.toIntExact(Math.min(fixed, Integer.MAX_VALUE));
    }
    return stated
        .size()
        .orElseGet(
            () ->
                data.map(
                        d ->
                            guesses.add(
                                "size", d.imageSize(), "" + d.imageSize(), "the views' size"))
                    .orElseGet(
                        () -> guesses.add("size", DEFAULT_SIZE, "" + DEFAULT_SIZE, "the usual")));
  }

  private List<Double> imageNet(String key, List<Double> rgb, ChannelOrder channels) {
    List<Double> values =
        channels == ChannelOrder.RGB ? rgb : List.of(rgb.get(2), rgb.get(1), rgb.get(0));
    return guesses.add(key, values, values.toString(), "ImageNet's");
  }

  /**
   * @param card the whole card
   * @param guessed what rests on a guess, one {@code key: value (reason)} each
   */
  record InferredCard(TeacherCard card, List<String> guessed) {
    InferredCard {
      guessed = List.copyOf(guessed);
    }
  }
}
