package io.taustream.teacher;

import ai.onnxruntime.OnnxJavaType;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How pixels become a teacher's input and which of its outputs are the logits. A component is
 * written to the network's input as {@code (byte / range − mean) / deviation}, computed in float64
 * and rounded once.
 *
 * <p>A network of grey images gets the luma of ITU-R BT.601, {@code 0.299 R + 0.587 G + 0.114 B},
 * as a byte that is made before the normalisation and after resizing: {@code (19595 R + 38470 G +
 * 7471 B + 32768) >> 16}, just what Pillow's {@code convert("L")} computes.
 *
 * <p>The outputs are the data's classes in their order, unless there is a class map. It is given as
 * {@code class-map}, for each output the number of the data's class that it stands for, {@code -1}
 * or {@code none} where it stands for none; or as {@code class-names}, for each output a name,
 * which is matched with {@code data.class-names} ({@link ClassMapInference} says how). Either is a
 * list, or the name of a text file in the model's folder, UTF-8, one entry a line. Several outputs
 * may stand for one class: their probabilities add up. {@link ClassMap} has the formulas. A class
 * of the data that no output stands for is an error that names it. In the canonical card names are
 * replaced by the map that they come to, and a map that changes nothing is left out.
 *
 * <p>As a file the card lies beside the model, named like it with {@code .yaml} for {@code .onnx}.
 * It is a YAML mapping of these keys, all optional: what is missing is inferred, see {@link
 * CardInference}.
 *
 * <table>
 * <caption>The card's keys</caption>
 * <tr><td>{@code size}</td><td>1 to 8192</td></tr>
 * <tr><td>{@code layout}</td><td>{@code nchw}, {@code nhwc} or {@code flat}</td></tr>
 * <tr><td>{@code channels}</td><td>{@code rgb}, {@code bgr} or {@code grey}</td></tr>
 * <tr><td>{@code type}</td><td>{@code float32}, {@code float16}, {@code bfloat16} or {@code uint8}</td></tr>
 * <tr><td>{@code mean}</td><td>a list of finite numbers, one a channel in the order of {@code channels}, or one for all</td></tr>
 * <tr><td>{@code deviation}</td><td>a list of positive numbers, likewise</td></tr>
 * <tr><td>{@code range}</td><td>255 or 1</td></tr>
 * <tr><td>{@code output}</td><td>the name of an output of the model</td></tr>
 * <tr><td>{@code output-kind}</td><td>{@code logits} or {@code probabilities}</td></tr>
 * <tr><td>{@code classes}</td><td>at least 2</td></tr>
 * <tr><td>{@code class-map}</td><td>a list of whole numbers and {@code none}, one an output, or a file's name</td></tr>
 * <tr><td>{@code class-names}</td><td>a list of texts, one an output, or a file's name; not beside {@code class-map}</td></tr>
 * <tr><td>{@code unmapped}</td><td>{@code drop} (the default) or {@code sum}; only beside one of these</td></tr>
 * <tr><td>{@code device}</td><td>as {@link Device#parse} reads it; where it is missing the run's counts</td></tr>
 * </table>
 *
 * @param size width and height in pixels of the images that the network takes
 * @param layout the order of the input's dimensions
 * @param channels the order of the colours, or grey
 * @param type the input's element type; {@code uint8} models normalise inside and get bytes as they
 *     are: range 1, mean 0, deviation 1
 * @param mean subtracted after the division by {@code range}, one number a channel
 * @param deviation what the difference is divided by, one number a channel
 * @param range what 0..255 is divided by: 255, or 1 for networks that take 0..255
 * @param output the name of the output that holds the logits or probabilities
 * @param outputKind what that output holds
 * @param classes the length of an output row
 * @param classMap which of the data's classes the outputs stand for; empty: the same in the same
 *     order
 * @param device where the model runs; empty: where the run's settings say. It is no part of what
 *     the teacher is
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
    int classes,
    Optional<ClassMap> classMap,
    Optional<Device> device) {
  static final int LARGEST_SIZE = 8192;

  /** The order of the input's dimensions. */
  public enum Layout {
    /** Batch, channel, row, column. */
    NCHW,
    /** Batch, row, column, channel. */
    NHWC,
    /** Batch, and the values of an image by row, column and channel in one dimension. */
    FLAT
  }

  /** The colours in the input and their order. */
  public enum ChannelOrder {
    RGB(3),
    BGR(3),
    /** One channel, the luma. */
    GREY(1);

    private final int count;

    ChannelOrder(int count) {
      this.count = count;
    }

    /** The number of channels. */
    int count() {
      return count;
    }
  }

  /** The input's element type. */
  public enum ElementType {
    FLOAT32(Float.BYTES, OnnxJavaType.FLOAT),
    FLOAT16(Short.BYTES, OnnxJavaType.FLOAT16),
    /** The upper half of a float32. */
    BFLOAT16(Short.BYTES, OnnxJavaType.BFLOAT16),
    UINT8(Byte.BYTES, OnnxJavaType.UINT8);

    private final int bytes;
    private final OnnxJavaType runtimeType;

    ElementType(int bytes, OnnxJavaType runtimeType) {
      this.bytes = bytes;
      this.runtimeType = runtimeType;
    }

    /** The type that a {@link TensorDescription} names so. */
    static Optional<ElementType> named(String type) {
      return Arrays.stream(values()).filter(value -> lower(value).equals(type)).findFirst();
    }

    /** The size of one element. */
    int bytes() {
      return bytes;
    }

    OnnxJavaType runtimeType() {
      return runtimeType;
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
    String count = (channels.count() == 1 ? "one" : "three") + " for channels " + lower(channels);
    require(
        mean.size() == channels.count() && mean.stream().allMatch(Double::isFinite),
        "mean",
        mean,
        "finite numbers, " + count);
    require(
        deviation.size() == channels.count()
            && deviation.stream().allMatch(d -> Double.isFinite(d) && d > 0),
        "deviation",
        deviation,
        "positive numbers, " + count);
    require(range == 255 || range == 1, "range", range, "255 or 1");
    require(classes >= 2, "classes", classes, "at least 2");
    require(
        classMap.isEmpty() || classMap.get().outputs() == classes,
        "class-map",
        classMap.map(ClassMap::outputs).orElse(0) + " entries",
        classes + ", one an output");
    require(
        type != ElementType.UINT8
            || (range == 1
                && mean.stream().allMatch(m -> m == 0)
                && deviation.stream().allMatch(d -> d == 1)),
        "type",
        "uint8 with a normalisation",
        "range 1, mean 0 and deviation 1, since a uint8 model normalises inside");
  }

  /** A card whose outputs are the data's classes in their order. */
  public TeacherCard(
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
    this(
        size,
        layout,
        channels,
        type,
        mean,
        deviation,
        range,
        output,
        outputKind,
        classes,
        Optional.empty(),
        Optional.empty());
  }

  /** The length of a label: the number of classes that the outputs are brought to. */
  public int labelClasses() {
    return classMap
        .filter(ClassMap.Indices.class::isInstance)
        .map(map -> ((ClassMap.Indices) map).classes())
        .orElse(classes);
  }

  /** This card with pixels fed in another way. */
  public TeacherCard withInput(
      ChannelOrder newChannels, List<Double> newMean, List<Double> newDeviation, int newRange) {
    return new TeacherCard(
        size,
        layout,
        newChannels,
        type,
        newMean,
        newDeviation,
        newRange,
        output,
        outputKind,
        classes,
        classMap,
        device);
  }

  /** This card with its output read in another way. */
  public TeacherCard withOutput(OutputKind newKind, Optional<ClassMap> newMap) {
    return new TeacherCard(
        size, layout, channels, type, mean, deviation, range, output, newKind, classes, newMap,
        device);
  }

  /** The number of elements that an image has in the input. */
  int elements() {
    return size * size * channels.count();
  }

  /** The input's shape for some rows. */
  List<Long> inputShape(long rows) {
    long side = size;
    long count = channels.count();
    return switch (layout) {
      case NCHW -> List.of(rows, count, side, side);
      case NHWC -> List.of(rows, side, side, count);
      case FLAT -> List.of(rows, side * side * count);
    };
  }

  /**
   * The card as the file that would say the same: every key, in a fixed order, one a line; {@code
   * class-map} and {@code unmapped} only where there is a class map, {@code device} only where the
   * card names one. Equal cards give equal text.
   */
  public String toYaml() {
    return identityYaml() + device.map(named -> "device: '" + named.text() + "'\n").orElse("");
  }

  /**
   * What the teacher's hash is made over: {@link #toYaml()} without {@code device}. Where a network
   * runs is not what it is: labels that a GPU has made stay true on a machine without one, though
   * the last bits differ, as they do between two CPUs.
   */
  String identityYaml() {
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
                classes)
        + classMap.map(ClassMap::toYaml).orElse("");
  }

  /** The text that stands for an enum's constant in a card. */
  static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private static void require(boolean holds, String key, Object found, String allowed) {
    if (!holds) {
      throw new ModelFaultException(
          "teacher card: " + key + " is " + found + "; allowed: " + allowed);
    }
  }
}
