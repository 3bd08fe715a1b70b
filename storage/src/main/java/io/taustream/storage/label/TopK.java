package io.taustream.storage.label;

import io.taustream.storage.TaustreamException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.BitSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.apache.arrow.memory.util.Float16;

/**
 * The k largest logits and, for each of m temperatures, the exact softened mass of all others (a
 * ghost token for each temperature). Columns: {@code top_index: fixed_size_list<uint16>[k]}, {@code
 * int32} for more than 65,536 classes; {@code top_logit: fixed_size_list<float16>[k]} in falling
 * order, ties by rising class; {@code rest_logsumexp: fixed_size_list<float32>[m]}: log Σ exp(z_j /
 * T) over the other classes j; and {@code rest_moments: fixed_size_list<float32>[2]}: the mean μ =
 * Σ z_j / n of these n = classes − k logits and their population variance Σ (z_j − μ)² / n, at most
 * the largest float32. Sums run over rising classes in double precision, from the teacher's float32
 * logits.
 *
 * <p>A row takes 4k + 4m + 8 bytes, k more pairs of bytes beyond 65,536 classes: 64 at k = 10 and m
 * = 4.
 *
 * <p>Students train on it as it is ({@link TopKLabelBatch}). The dense view of it ({@link #decode})
 * gives every other class the same logit, T·(rest_logsumexp − log(classes − k)) for the first
 * temperature: at that temperature the softened probabilities of the top classes, and the rest's
 * sum, are exact up to the rounding of the top logits.
 *
 * @param k from 1 to classes − 1
 * @param restTemperatures at least one, positive, finite, no two equal; the first is the one that
 *     the dense view is true at
 */
public record TopK(int k, List<Float> restTemperatures) implements LabelEncoding {
  static final String NAME = "top-k";

  /** Numbers of {@code rest_moments} in a row: mean and variance. */
  public static final int MOMENTS = 2;

  public TopK {
    restTemperatures = List.copyOf(restTemperatures);
    if (k < 1) {
      throw new TaustreamException("labels.k is %d; top-k keeps at least 1 class".formatted(k));
    }
    boolean positive = restTemperatures.stream().allMatch(t -> t > 0 && Float.isFinite(t));
    if (restTemperatures.isEmpty()
        || !positive
        || new HashSet<>(restTemperatures).size() < restTemperatures.size()) {
      throw new TaustreamException(
          "top-k rest temperatures are %s; give at least one, positive, finite and no two equal"
              .formatted(restTemperatures));
    }
  }

  @Override
  public String text() {
    return NAME;
  }

  @Override
  public Map<String, String> parameters() {
    Map<String, String> parameters = new LinkedHashMap<>();
    parameters.put("k", Integer.toString(k));
    parameters.put("rest_temperatures", LabelEncoding.join(restTemperatures));
    return parameters;
  }

  static TopK of(UnaryOperator<String> parameter) {
    return new TopK(
        Integer.parseInt(parameter.apply("k")),
        LabelEncoding.split(parameter.apply("rest_temperatures")));
  }

  @Override
  public List<LabelColumn> columns(int classes) {
    if (k >= classes) {
      throw new TaustreamException(
          "top-k with k = %d keeps all of %d classes; use k below the class count or dense-f16"
              .formatted(k, classes));
    }
    return List.of(
        ClassNumber.of(classes).column("top_index", k),
        new LabelColumn("top_logit", DenseF16.HALF, Short.BYTES, k),
        new LabelColumn("rest_logsumexp", DenseF32.SINGLE, Float.BYTES, restTemperatures.size()),
        new LabelColumn("rest_moments", DenseF32.SINGLE, Float.BYTES, MOMENTS));
  }

  @Override
  public int firstUnstorable(FloatBuffer logits, int classes) {
    int start = logits.position();
    int tooLow = -1;
    int storable = 0;
    for (int c = 0; c < classes; c++) {
      float logit = logits.get(start + c);
      if (!Float.isFinite(logit) || logit >= DenseF16.OVERFLOW) {
        return c;
      }
      if (logit > -DenseF16.OVERFLOW) {
        storable++;
      } else if (tooLow < 0) {
        tooLow = c;
      }
    }
    // Masked classes may lie far below float16 as long as none of them is among the top k.
    return storable >= k ? -1 : tooLow;
  }

  @Override
  public void encode(FloatBuffer logits, int classes, long drawSeed, ByteBuffer[] columns) {
    int start = logits.position();
    ClassNumber number = ClassNumber.of(classes);
    int[] top = select(logits, classes);
    boolean[] kept = new boolean[classes];
    for (int index : top) {
      kept[index] = true;
      number.put(columns[0], index);
      columns[1].putShort(Float16.toFloat16(logits.get(start + index)));
    }
    double largest = Double.NEGATIVE_INFINITY;
    for (int c = 0; c < classes; c++) {
      if (!kept[c]) {
        largest = Math.max(largest, logits.get(start + c));
      }
    }
    for (float temperature : restTemperatures) {
      double sum = 0;
      for (int c = 0; c < classes; c++) {
        if (!kept[c]) {
          // StrictMath: the bits of a label file must not depend on the machine.
          sum += StrictMath.exp((logits.get(start + c) - largest) / temperature);
        }
      }
      columns[2].putFloat((float) (largest / temperature + StrictMath.log(sum)));
    }
    encodeMoments(logits, kept, columns[3]);
  }

  private static void encodeMoments(FloatBuffer logits, boolean[] kept, ByteBuffer column) {
    int start = logits.position();
    double sum = 0;
    int count = 0;
    for (int c = 0; c < kept.length; c++) {
      if (!kept[c]) {
        sum += logits.get(start + c);
        count++;
      }
    }
    double mean = sum / count;
    double squares = 0;
    for (int c = 0; c < kept.length; c++) {
      if (!kept[c]) {
        double deviation = logits.get(start + c) - mean;
        squares += deviation * deviation;
      }
    }
    column.putFloat((float) mean).putFloat((float) Math.min(Float.MAX_VALUE, squares / count));
  }

  /** The k largest by insertion: most logits of a long row fail the first comparison. */
  private int[] select(FloatBuffer logits, int classes) {
    int start = logits.position();
    int[] top = new int[k];
    int size = 0;
    for (int c = 0; c < classes; c++) {
      float logit = logits.get(start + c);
      if (size == k && logit <= logits.get(start + top[k - 1])) {
        continue;
      }
      int at = size < k ? size++ : k - 1;
      while (at > 0 && logits.get(start + top[at - 1]) < logit) {
        top[at] = top[at - 1];
        at--;
      }
      top[at] = c;
    }
    return top;
  }

  @Override
  public boolean decode(
      ByteBuffer source, int[] bases, int row, int classes, FloatBuffer destination) {
    float temperature = restTemperatures.get(0);
    float rest = source.getFloat(bases[2] + row * restTemperatures.size() * Float.BYTES);
    float spread = (float) (temperature * (rest - StrictMath.log(classes - k)));
    int to = destination.position();
    for (int c = 0; c < classes; c++) {
      destination.put(to + c, spread);
    }
    boolean finite = Float.isFinite(spread);
    ClassNumber number = ClassNumber.of(classes);
    for (int i = row * k; i < (row + 1) * k; i++) {
      short half = source.getShort(bases[1] + i * Short.BYTES);
      finite &= DenseF16.isFinite(half);
      int index = number.get(source, bases[0], i);
      destination.put(to + checkIndex(index, classes), DenseF16.toFloat(half));
    }
    destination.position(to + classes);
    return finite;
  }

  /**
   * Reads one row as it is stored.
   *
   * @param source as in {@link #decode}, and so are {@code bases} and {@code row}
   * @param destination receives the row, whatever it holds
   * @return what {@link #encode} could not have written, as in {@link #inspect}; null for a label
   */
  String read(ByteBuffer source, int[] bases, int row, int classes, TopKColumns destination) {
    ClassNumber number = ClassNumber.of(classes);
    BitSet seen = new BitSet(classes);
    float above = Float.POSITIVE_INFINITY;
    String wrong = null;
    for (int i = 0; i < k; i++) {
      int index = number.get(source, bases[0], row * k + i);
      float logit = DenseF16.toFloat(source.getShort(bases[1] + (row * k + i) * Short.BYTES));
      destination.indices().put(index);
      destination.logits().put(logit);
      if (wrong == null) {
        boolean unknown = index < 0 || index >= classes || seen.get(index);
        wrong = unknown ? wrongIndex(i, index, classes) : wrongLogit(index, logit, above);
      }
      if (wrong == null) {
        seen.set(index);
        above = logit;
      }
    }
    int m = restTemperatures.size();
    for (int i = row * m; i < (row + 1) * m; i++) {
      float mass = source.getFloat(bases[2] + i * Float.BYTES);
      destination.restLogSumExp().put(mass);
      if (wrong == null && !Float.isFinite(mass)) {
        wrong = "rest_logsumexp is %s".formatted(mass);
      }
    }
    float mean = source.getFloat(bases[3] + row * MOMENTS * Float.BYTES);
    float variance = source.getFloat(bases[3] + (row * MOMENTS + 1) * Float.BYTES);
    destination.restMoments().put(mean).put(variance);
    if (wrong == null && !(Float.isFinite(mean) && variance >= 0 && Float.isFinite(variance))) {
      wrong = "rest_moments are mean %s and variance %s".formatted(mean, variance);
    }
    return wrong;
  }

  private static String wrongIndex(int place, int index, int classes) {
    return "top_index %d is %d, outside 0..%d or there twice".formatted(place, index, classes - 1);
  }

  private static String wrongLogit(int index, float logit, float above) {
    if (!Float.isFinite(logit)) {
      return "the logit of class %d is %s".formatted(index, logit);
    }
    return logit > above ? "top_logit rises from %s to %s".formatted(above, logit) : null;
  }

  @Override
  public String inspect(ByteBuffer source, int[] bases, int row, int classes) {
    return read(source, bases, row, classes, TopKColumns.allocate(1, this));
  }

  private static int checkIndex(int index, int classes) {
    if (index < 0 || index >= classes) {
      throw new DamagedLabelFileException(
          "a top-k label names class %d of %d; run 'taustream labels verify'"
              .formatted(index, classes));
    }
    return index;
  }
}
