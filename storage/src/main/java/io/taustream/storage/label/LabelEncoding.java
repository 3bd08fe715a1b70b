package io.taustream.storage.label;

import io.taustream.storage.TaustreamException;
import io.taustream.storage.sample.SampleView;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * How one row of logits lies in a label file. An encoding is a pure function: the same logits and
 * the same seed of draws give the same bytes everywhere, and {@link #decode} of these bytes is what
 * a student sees, whether the labels come from a file or, through {@link #roundTrip}, straight from
 * the teacher.
 *
 * <p>To add an encoding: a record beside {@link DenseF16}, its name in {@link #NAMES} and in {@link
 * #of}. Immutable, thread-safe.
 */
public sealed interface LabelEncoding permits DenseF16, DenseF32, TopK, Sampled {
  /** The text forms that there are. */
  List<String> NAMES = List.of(DenseF16.NAME, DenseF32.NAME, TopK.NAME, Sampled.NAME);

  /** The encoding's text form, as in the configuration: one of {@link #NAMES}. */
  String text();

  /**
   * What it is made of besides its name, as text, in the order in which files state it: {@link #of}
   * makes it again from these.
   */
  default Map<String, String> parameters() {
    return Map.of();
  }

  /** The columns that hold a row, in file order. */
  List<LabelColumn> columns(int classes);

  /**
   * The first logit that this encoding cannot hold, or −1 if it can hold them all.
   *
   * @param logits {@code classes} floats from the buffer's position, which is left as it is
   */
  int firstUnstorable(FloatBuffer logits, int classes);

  /**
   * Appends one row to each column's buffer.
   *
   * @param logits {@code classes} storable floats from the buffer's position, which is left as it
   *     is
   * @param drawSeed what random numbers follow from: {@link Draws#seed}
   * @param columns one little-endian buffer for each of {@link #columns}
   */
  void encode(FloatBuffer logits, int classes, long drawSeed, ByteBuffer[] columns);

  /**
   * Reads one row back as dense logits.
   *
   * @param source little-endian bytes
   * @param bases where each column begins in {@code source}
   * @param row the row within these columns
   * @param destination receives {@code classes} floats at its position, which advances
   * @return false if a stored value is not finite; what the destination then holds says nothing
   */
  boolean decode(ByteBuffer source, int[] bases, int row, int classes, FloatBuffer destination);

  /**
   * Looks for what {@link #encode} could not have written at a row: values that are not finite, an
   * order or index that is impossible.
   *
   * @return what is wrong, or null
   */
  String inspect(ByteBuffer source, int[] bases, int row, int classes);

  /** Bytes that one row of logits takes, key and seed apart. */
  default int bytesPerRow(int classes) {
    return columns(classes).stream().mapToInt(LabelColumn::rowBytes).reduce(0, Math::addExact);
  }

  /**
   * Replaces the batch's logits, in place, by what a reader of the stored labels will see, to the
   * bit. The caller is the only owner of the batch.
   *
   * @param teacherSha256 of the teacher whose logits they are
   * @throws TaustreamException if a logit cannot be stored; it names the sample, the class and the
   *     value
   */
  default void roundTrip(SoftLabelBatch batch, String teacherSha256) {
    int classes = batch.classes();
    List<LabelColumn> shape = columns(classes);
    ByteBuffer row = ByteBuffer.allocate(bytesPerRow(classes)).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer[] columns = new ByteBuffer[shape.size()];
    int[] bases = new int[shape.size()];
    int offset = 0;
    for (int i = 0; i < columns.length; i++) {
      bases[i] = offset;
      columns[i] = row.slice(offset, shape.get(i).rowBytes()).order(ByteOrder.LITTLE_ENDIAN);
      offset += shape.get(i).rowBytes();
    }
    FloatBuffer logits = batch.logits();
    for (int i = 0; i < batch.size(); i++) {
      SampleView sample = batch.rows().get(i);
      logits.position(i * classes);
      requireStorable(logits, classes, sample);
      for (ByteBuffer column : columns) {
        column.clear();
      }
      encode(logits, classes, Draws.seed(teacherSha256, sample), columns);
      decode(row, bases, 0, classes, logits);
    }
  }

  /** Fails, naming the sample, if a logit at the buffer's position cannot be stored. */
  default void requireStorable(FloatBuffer logits, int classes, SampleView sample) {
    int bad = firstUnstorable(logits, classes);
    if (bad >= 0) {
      float value = logits.get(logits.position() + bad);
      throw new TaustreamException(
          ("the teacher's logit of sample '%s' (%s, ordinal %d, view %d) for class %d is %s, which"
                  + " %s cannot hold; %s")
              .formatted(
                  sample.key(),
                  sample.shard(),
                  sample.ordinal(),
                  sample.view(),
                  bad,
                  value,
                  text(),
                  Float.isFinite(value)
                      ? "float16 ends at ±65504: set labels.encoding: dense-f32"
                      : "check the model and its card (mean, deviation, range)"));
    }
  }

  /**
   * The encoding with this text form.
   *
   * @param parameter gives each of its {@link #parameters}
   * @throws TaustreamException if there is none, or the values are impossible
   * @throws NumberFormatException if a parameter is no number
   */
  static LabelEncoding of(String text, UnaryOperator<String> parameter) {
    return switch (text) {
      case DenseF16.NAME -> new DenseF16();
      case DenseF32.NAME -> new DenseF32();
      case TopK.NAME -> TopK.of(parameter);
      case Sampled.NAME -> Sampled.of(parameter);
      default ->
          throw new TaustreamException(
              "unknown label encoding '%s'; use one of %s"
                  .formatted(text, String.join(", ", NAMES)));
    };
  }

  /** Temperatures as text. */
  static String join(List<Float> temperatures) {
    return temperatures.stream().map(String::valueOf).collect(Collectors.joining(","));
  }

  /** What {@link #join} wrote. */
  static List<Float> split(String temperatures) {
    return Arrays.stream(temperatures.split(",", -1)).map(Float::valueOf).toList();
  }
}
