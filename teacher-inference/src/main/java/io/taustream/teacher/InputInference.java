package io.taustream.teacher;

import io.taustream.teacher.TeacherCard.ChannelOrder;
import io.taustream.teacher.TeacherCard.ElementType;
import io.taustream.teacher.TeacherCard.Layout;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds how the model takes images, for {@link CardInference}.
 *
 * <ul>
 *   <li>layout: by the dimension that is 3, or else 1; a guess, NCHW, where none is fixed; {@code
 *       flat} for two dimensions
 *   <li>channels: grey where that dimension is 1, or where the values of a row are a square and not
 *       three squares; else a guess, RGB
 *   <li>size: the fixed height and width, or what follows from the values of a row; a guess, the
 *       data's size or else 224, where dynamic
 * </ul>
 */
final class InputInference {
  private static final int DEFAULT_SIZE = 224;
  private static final String IMAGES =
      "[N, 3, size, size] or [N, size, size, 3], with 1 for 3 where grey, or rows of [N, size * size * 3] or [N, size * size] values";

  private final ModelFile model;
  private final CardFields stated;
  private final Optional<DataShape> data;
  private final Guesses guesses;
  private final TensorDescription input;

  InputInference(
      ModelFile model,
      TensorDescription input,
      CardFields stated,
      Optional<DataShape> data,
      Guesses guesses) {
    this.model = model;
    this.input = input;
    this.stated = stated;
    this.data = data;
    this.guesses = guesses;
  }

  /**
   * Chooses.
   *
   * @throws io.taustream.storage.TaustreamException if the input takes no images, or not as stated
   */
  Choice choose() {
    ElementType type = type();
    return switch (input.shape().size()) {
      case 4 -> picture(type);
      case 2 -> flat(type);
      default ->
          throw model.failure(
              "input %s has %d dimensions; a teacher takes images: %s"
                  .formatted(input, input.shape().size(), IMAGES));
    };
  }

  private ElementType type() {
    ElementType found =
        ElementType.named(input.type())
            .orElseThrow(
                () ->
                    model.failure(
                        "input %s is of type %s; a teacher takes float32, float16, bfloat16 or uint8: export it so"
                            .formatted(input, input.type())));
    stated
        .type()
        .filter(type -> type != found)
        .ifPresent(type -> contradict("type: " + TeacherCard.lower(type)));
    return found;
  }

  private Choice picture(ElementType type) {
    List<Form> possible =
        Stream.of(3, 1)
            .flatMap(count -> Stream.of(Layout.NCHW, Layout.NHWC).map(l -> new Form(l, count)))
            .filter(form -> channelDimension(form) == form.count() || channelDimension(form) < 0)
            .toList();
    if (possible.isEmpty()) {
      throw model.failure(
          "input %s has no dimension of 3 channels, nor of 1; a teacher takes images: %s"
              .formatted(input, IMAGES));
    }
    Form form = choose(possible);
    boolean planes = form.layout() == Layout.NCHW;
    long height = input.shape().get(planes ? 2 : 1);
    long width = input.shape().get(planes ? 3 : 2);
    if (height > 0 && width > 0 && height != width) {
      throw model.failure(
          "input %s takes images of %d rows and %d columns; a teacher takes square ones: export it so"
              .formatted(input, height, width));
    }
    return new Choice(type, form.layout(), channels(form.count()), size(Math.max(height, width)));
  }

  /** The form that agrees with what is stated; a fixed dimension counts more than an open one. */
  private Form choose(List<Form> possible) {
    List<Form> inLayout =
        possible.stream()
            .filter(form -> stated.layout().map(form.layout()::equals).orElse(true))
            .toList();
    if (inLayout.isEmpty()) {
      contradict("layout: " + TeacherCard.lower(stated.layout().orElseThrow()));
    }
    List<Form> fitting =
        inLayout.stream()
            .filter(form -> stated.channels().map(c -> c.count() == form.count()).orElse(true))
            .toList();
    if (fitting.isEmpty()) {
      contradict("channels: " + TeacherCard.lower(stated.channels().orElseThrow()));
    }
    Optional<Form> fixed =
        fitting.stream().filter(form -> channelDimension(form) == form.count()).findFirst();
    if (fixed.isPresent()) {
      return fixed.get();
    }
    Form first = fitting.get(0);
    if (fitting.stream().anyMatch(form -> form.layout() != first.layout())) {
      guesses.add(
          "layout",
          first.layout(),
          TeacherCard.lower(first.layout()),
          "no dimension is fixed to 3 or 1");
    }
    return first;
  }

  private long channelDimension(Form form) {
    return input.shape().get(form.layout() == Layout.NCHW ? 1 : 3);
  }

  private Choice flat(ElementType type) {
    stated
        .layout()
        .filter(layout -> layout != Layout.FLAT)
        .ifPresent(layout -> contradict("layout: " + TeacherCard.lower(layout)));
    long values = input.shape().get(1);
    if (values < 0) {
      ChannelOrder channels = channels(stated.channels().map(ChannelOrder::count).orElse(3));
      return new Choice(type, Layout.FLAT, channels, size(values));
    }
    // No number is both a square and three squares: the root of 3 is irrational.
    long greySide = side(values);
    long colourSide = values % 3 == 0 ? side(values / 3) : -1;
    if (greySide < 0 && colourSide < 0) {
      throw model.failure(
          "input %s takes rows of %d values, which is neither size * size * 3 nor size * size; a teacher takes images: %s"
              .formatted(input, values, IMAGES));
    }
    int count = greySide > 0 ? 1 : 3;
    stated
        .channels()
        .filter(channels -> channels.count() != count)
        .ifPresent(channels -> contradict("channels: " + TeacherCard.lower(channels)));
    if (count == 3 && stated.layout().isEmpty()) {
      guesses.add("layout", Layout.FLAT, "flat", "values by row, column and channel");
    }
    return new Choice(type, Layout.FLAT, channels(count), size(Math.max(greySide, colourSide)));
  }

  /** The square root of a positive square, or −1. */
  private static long side(long values) {
    long root = Math.round(Math.sqrt((double) values));
    return values > 0 && root * root == values ? root : -1;
  }

  private ChannelOrder channels(int count) {
    return stated
        .channels()
        .orElseGet(
            () ->
                count == 1
                    ? ChannelOrder.GREY
                    : guesses.add("channels", ChannelOrder.RGB, "rgb", "the usual"));
  }

  /**
   * @param fixed what the model's shape says; not positive where it says nothing
   */
  private int size(long fixed) {
    if (fixed > 0) {
      stated.size().filter(size -> size != fixed).ifPresent(size -> contradict("size: " + size));
      return Math.toIntExact(Math.min(fixed, Integer.MAX_VALUE));
    }
    return stated
        .size()
        .or(
            () ->
                data.map(
                    d -> guesses.add("size", d.imageSize(), "" + d.imageSize(), "the views' size")))
        .orElseGet(() -> guesses.add("size", DEFAULT_SIZE, "" + DEFAULT_SIZE, "the usual"));
  }

  private void contradict(String said) {
    throw stated.contradiction(model, said, "input " + input);
  }

  /** The input part of a card. */
  record Choice(ElementType type, Layout layout, ChannelOrder channels, int size) {}

  /** A way to read four dimensions. */
  private record Form(Layout layout, int count) {}
}
