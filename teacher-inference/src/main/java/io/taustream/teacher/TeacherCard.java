package io.taustream.teacher;

import io.taustream.storage.TaustreamException;
import java.util.List;
import java.util.Locale;

/**
 * How pixels become a teacher's input and which of its outputs are the logits. A component is
 * written to the network's input as {@code (byte / range − mean) / deviation}, computed in float64
 * and rounded once.
 *
 * <p>As a file the card lies beside the model, named like it with {@code .yaml} for {@code .onnx}.
 * It is a YAML mapping of these keys, all optional: what is missing is inferred, see {@link
 * CardInference}.
 *
 * <table>
 * <caption>The card's keys</caption>
 * <tr><td>{@code size}</td><td>1 to 8192</td></tr>
 * <tr><td>{@code layout}</td><td>{@code nchw} or {@code nhwc}</td></tr>
 * <tr><td>{@code channels}</td><td>{@code rgb} or {@code bgr}</td></tr>
 * <tr><td>{@code type}</td><td>{@code float32}, {@code float16} or {@code uint8}</td></tr>
 * <tr><td>{@code mean}</td><td>three finite numbers, in the order of {@code channels}</td></tr>
 * <tr><td>{@code deviation}</td><td>three positive numbers, likewise</td></tr>
 * <tr><td>{@code range}</td><td>255 or 1</td></tr>
 * <tr><td>{@code output}</td><td>the name of an output of the model</td></tr>
 * <tr><td>{@code output-kind}</td><td>{@code logits} or {@code probabilities}</td></tr>
 * <tr><td>{@code classes}</td><td>at least 2</td></tr>
 * </table>
 *
 * @param size width and height in pixels of the images that the network takes
 * @param layout the order of the input's dimensions
 * @param channels the order of the colours
 * @param type the input's element type; {@code uint8} models normalise inside and get bytes as they
 *     are: range 1, mean 0, deviation 1
 * @param mean subtracted per channel after the division by {@code range}
 * @param deviation what the difference is divided by
 * @param range what 0..255 is divided by: 255, or 1 for networks that take 0..255
 * @param output the name of the output that holds the logits or probabilities
 * @param outputKind what that output holds
 * @param classes the length of an output row
 */
public record TeacherCard(
    int size,
    Layout layout,
    ChannelOrder channels,
    ElementType type,
    List<Double> mean,
    List<Double> deviation,
    int range,
    String output,
    OutputKind outputKind,
    int classes) {
  static final int LARGEST_SIZE = 8192;

  /** The order of the input's dimensions. */
  public enum Layout {
    /** Batch, channel, row, column. */
    NCHW,
    /** Batch, row, column, channel. */
    NHWC
  }

  /** The order of the colours in the input. */
  public enum ChannelOrder {
    RGB,
    BGR
  }

  /** The input's element type. */
  public enum ElementType {
    FLOAT32(Float.BYTES),
    FLOAT16(Short.BYTES),
    UINT8(Byte.BYTES);

    private final int bytes;

    ElementType(int bytes) {
      this.bytes = bytes;
    }

    /** The size of one element. */
    int bytes() {
      return bytes;
    }
  }

  /** What the output holds. */
  public enum OutputKind {
    LOGITS,
    /** The soft-max of the logits; labels become its logarithm. */
    PROBABILITIES
  }

  public TeacherCard {
    mean = List.copyOf(mean);
    deviation = List.copyOf(deviation);
    require(size >= 1 && size <= LARGEST_SIZE, "size", size, "1 to " + LARGEST_SIZE);
    require(
        mean.size() == 3 && mean.stream().allMatch(Double::isFinite),
        "mean",
        mean,
        "three finite numbers");
    require(
        deviation.size() == 3 && deviation.stream().allMatch(d -> Double.isFinite(d) && d > 0),
        "deviation",
        deviation,
        "three positive numbers");
    require(range == 255 || range == 1, "range", range, "255 or 1");
    require(classes >= 2, "classes", classes, "at least 2");
    require(
        type != ElementType.UINT8
            || (range == 1
                && mean.stream().allMatch(m -> m == 0)
                && deviation.stream().allMatch(d -> d == 1)),
        "type",
        "uint8 with a normalisation",
        "range 1, mean 0 and deviation 1, since a uint8 model normalises inside");
  }

  /**
   * The card as the file that would say the same: every key, in a fixed order, one a line. Equal
   * cards give equal text, which is what the teacher's hash is made over.
   */
  public String toYaml() {
    return """
        size: %d
        layout: %s
        channels: %s
        type: %s
        mean: %s
        deviation: %s
        range: %d
        output: '%s'
        output-kind: %s
        classes: %d
        """
        .formatted(
            size,
            lower(layout),
            lower(channels),
            lower(type),
            mean,
            deviation,
            range,
            output.replace("'", "''"),
            lower(outputKind),
            classes);
  }

  /** The text that stands for an enum's constant in a card. */
  static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private static void require(boolean holds, String key, Object found, String allowed) {
    if (!holds) {
      throw new TaustreamException(
          "teacher card: " + key + " is " + found + "; allowed: " + allowed);
    }
  }
}
