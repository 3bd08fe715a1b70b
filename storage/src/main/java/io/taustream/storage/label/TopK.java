package io.taustream.storage.label;

import io.taustream.storage.TaustreamException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import org.apache.arrow.memory.util.Float16;
import org.apache.arrow.vector.types.pojo.ArrowType;

/**
 * The k largest logits and, for each of m temperatures, the exact softened mass of all others (a
 * ghost token for each temperature). Columns: {@code top_index: fixed_size_list<int32>[k]}, {@code
 * top_logit: fixed_size_list<float16>[k]} in falling order, ties by rising class, and {@code
 * rest_logsumexp: fixed_size_list<float32>[m]}: log Σ exp(z_j / T) over the other classes j.
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
  private static final ArrowType INT32 = new ArrowType.Int(32, true);

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
  public List<LabelColumn> columns(int classes) {
    if (k >= classes) {
      throw new TaustreamException(
          "top-k with k = %d keeps all of %d classes; use k below the class count or dense-f16"
              .formatted(k, classes));
    }
    return List.of(
        new LabelColumn("top_index", INT32, Integer.BYTES, k),
        new LabelColumn("top_logit", DenseF16.HALF, Short.BYTES, k),
        new LabelColumn("rest_logsumexp", DenseF32.SINGLE, Float.BYTES, restTemperatures.size()));
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
  public void encode(FloatBuffer logits, int classes, ByteBuffer[] columns) {
    int start = logits.position();
    int[] top = select(logits, classes);
    boolean[] kept = new boolean[classes];
    for (int index : top) {
      kept[index] = true;
      columns[0].putInt(index);
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
    for (int i = row * k; i < (row + 1) * k; i++) {
      short half = source.getShort(bases[1] + i * Short.BYTES);
      finite &= DenseF16.isFinite(half);
      int index = source.getInt(bases[0] + i * Integer.BYTES);
      destination.put(to + checkIndex(index, classes), DenseF16.toFloat(half));
    }
    destination.position(to + classes);
    return finite;
  }

  /** Reads one row as it is stored; arguments as in {@link #decode}. */
  TopKLabel read(ByteBuffer source, int[] bases, int row) {
    int[] indices = new int[k];
    float[] logits = new float[k];
    for (int i = 0; i < k; i++) {
      indices[i] = source.getInt(bases[0] + (row * k + i) * Integer.BYTES);
      logits[i] = DenseF16.toFloat(source.getShort(bases[1] + (row * k + i) * Short.BYTES));
    }
    int m = restTemperatures.size();
    float[] rest = new float[m];
    for (int i = 0; i < m; i++) {
      rest[i] = source.getFloat(bases[2] + (row * m + i) * Float.BYTES);
    }
    return new TopKLabel(indices, logits, rest);
  }

  /**
   * Reads one row into buffers, which advance; other arguments as in {@link #decode}.
   *
   * @return whether it is a label: k classes that exist, none twice, and finite values
   */
  boolean read(
      ByteBuffer source,
      int[] bases,
      int row,
      int classes,
      IntBuffer indices,
      FloatBuffer logits,
      FloatBuffer rest) {
    BitSet seen = new BitSet(classes);
    boolean whole = true;
    for (int i = row * k; i < (row + 1) * k; i++) {
      int index = source.getInt(bases[0] + i * Integer.BYTES);
      short half = source.getShort(bases[1] + i * Short.BYTES);
      whole &= index >= 0 && index < classes && !seen.get(index) && DenseF16.isFinite(half);
      if (whole) {
        seen.set(index);
      }
      indices.put(index);
      logits.put(DenseF16.toFloat(half));
    }
    int m = restTemperatures.size();
    for (int i = row * m; i < (row + 1) * m; i++) {
      float mass = source.getFloat(bases[2] + i * Float.BYTES);
      whole &= Float.isFinite(mass);
      rest.put(mass);
    }
    return whole;
  }

  @Override
  public String inspect(ByteBuffer source, int[] bases, int row, int classes) {
    TopKLabel label = read(source, bases, row);
    HashSet<Integer> seen = new HashSet<>();
    for (int i = 0; i < k; i++) {
      int index = label.indices()[i];
      if (index < 0 || index >= classes || !seen.add(index)) {
        return "top_index %d is %d, outside 0..%d or there twice".formatted(i, index, classes - 1);
      }
      if (!Float.isFinite(label.logits()[i])) {
        return "the logit of class %d is %s".formatted(index, label.logits()[i]);
      }
      if (i > 0 && label.logits()[i] > label.logits()[i - 1]) {
        return "top_logit rises from %s to %s".formatted(label.logits()[i - 1], label.logits()[i]);
      }
    }
    for (float rest : label.restLogSumExp()) {
      if (!Float.isFinite(rest)) {
        return "rest_logsumexp is %s".formatted(rest);
      }
    }
    return null;
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
