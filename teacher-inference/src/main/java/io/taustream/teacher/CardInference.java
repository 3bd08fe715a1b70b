package io.taustream.teacher;

import io.taustream.storage.TaustreamException;
import io.taustream.teacher.TeacherCard.ChannelOrder;
import io.taustream.teacher.TeacherCard.ElementType;
import io.taustream.teacher.TeacherCard.Layout;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Completes a card from what is stated (card file, then the model's metadata), the shapes of the
 * model's tensors, the data, and at last defaults. What rests on a default or a name is a guess and
 * is listed. What is stated and contradicts the model is an error.
 *
 * <ul>
 *   <li>size, layout, channels, type: see {@link InputInference}
 *   <li>range: a guess, 255; for uint8 inputs 1 without guessing
 *   <li>mean, deviation: a guess. Where range is stated to be 1 the model normalises inside: 0 and
 *       1. Flat inputs likewise: 0 and 1. Else ImageNet's 0.485 0.456 0.406 and 0.229 0.224 0.225,
 *       for grey images their means 0.449 and 0.226. For uint8 inputs 0 and 1 without guessing
 *   <li>output, output kind, classes: see {@link OutputInference}
 *   <li>class map: see {@link ClassMapInference}
 * </ul>
 */
final class CardInference {
  private static final List<Double> IMAGENET_MEAN = List.of(0.485, 0.456, 0.406);
  private static final List<Double> IMAGENET_DEVIATION = List.of(0.229, 0.224, 0.225);
  private static final double IMAGENET_GREY_MEAN = 0.449;
  private static final double IMAGENET_GREY_DEVIATION = 0.226;

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
    InputInference.Choice input =
        new InputInference(model, description.inputs().get(0), stated, data, guesses).choose();
    OutputInference.Choice output =
        new OutputInference(model, description, stated, data, guesses).choose();
    Optional<ClassMap> classMap = new ClassMapInference(model, stated, data).of(output.classes());
    Normalisation usual = usual(input);
    List<Double> mean =
        stated
            .mean()
            .map(numbers -> aChannel(numbers, input))
            .orElseGet(() -> guess("mean", usual.mean(), usual.reason()));
    List<Double> deviation =
        stated
            .deviation()
            .map(numbers -> aChannel(numbers, input))
            .orElseGet(() -> guess("deviation", usual.deviation(), usual.reason()));
    int range =
        stated
            .range()
            .orElseGet(
                () ->
                    input.type() == ElementType.UINT8
                        ? 1
                        : guesses.add("range", 255, "255", "the usual"));
    try {
      TeacherCard card =
          new TeacherCard(
              input.size(),
              input.layout(),
              input.channels(),
              input.type(),
              mean,
              deviation,
              range,
              output.name(),
              output.kind(),
              output.classes(),
              classMap,
              stated.device());
      return new InferredCard(card, guesses.list());
    } catch (TaustreamException e) {
      throw model.failure(e.getMessage() + "; correct " + stated.source(), e);
    }
  }

  private List<Double> guess(String key, List<Double> values, Optional<String> reason) {
    reason.ifPresent(text -> guesses.add(key, values, values.toString(), text));
    return values;
  }

  private Normalisation usual(InputInference.Choice input) {
    if (input.type() == ElementType.UINT8) {
      return Normalisation.none(input, Optional.empty());
    }
    if (stated.range().isPresent() && stated.range().get() == 1) {
      return Normalisation.none(input, Optional.of("the usual with range 1"));
    }
    if (input.layout() == Layout.FLAT) {
      return Normalisation.none(input, Optional.of("the usual for flat inputs"));
    }
    return new Normalisation(
        imageNet(IMAGENET_MEAN, IMAGENET_GREY_MEAN, input.channels()),
        imageNet(IMAGENET_DEVIATION, IMAGENET_GREY_DEVIATION, input.channels()),
        Optional.of("ImageNet's"));
  }

  private static List<Double> imageNet(List<Double> rgb, double grey, ChannelOrder channels) {
    return switch (channels) {
      case RGB -> rgb;
      case BGR -> List.of(rgb.get(2), rgb.get(1), rgb.get(0));
      case GREY -> List.of(grey);
    };
  }

  /** One number counts for every channel. */
  private static List<Double> aChannel(List<Double> numbers, InputInference.Choice input) {
    return numbers.size() == 1
        ? Collections.nCopies(input.channels().count(), numbers.get(0))
        : numbers;
  }

  /**
   * What is used where nothing is stated.
   *
   * @param reason why, where it is a guess
   */
  private record Normalisation(List<Double> mean, List<Double> deviation, Optional<String> reason) {
    static Normalisation none(InputInference.Choice input, Optional<String> reason) {
      return new Normalisation(
          aChannel(List.of(0.0), input), aChannel(List.of(1.0), input), reason);
    }
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
