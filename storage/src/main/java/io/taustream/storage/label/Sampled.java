package io.taustream.storage.label;

import io.taustream.storage.TaustreamException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.apache.arrow.memory.util.Float16;
import org.apache.arrow.vector.types.pojo.ArrowType;

/**
 * n classes drawn with replacement from the proposal q = softmax(z / T_q) of the teacher's logits
 * z, and what makes their importance weights exact: Random Sampling Knowledge Distillation
 * (Anshumann et al., Sparse Logit Sampling, ACL 2025, arXiv 2503.16870). For each stored
 * temperature T and each drawn class i, w_i(T) = softmax(z / T)_i · count_i / (n · q_i) has the
 * expectation softmax(z / T)_i, and is 0 for the classes that were not drawn.
 *
 * <p>Columns, with D ≤ n distinct classes drawn:
 *
 * <ul>
 *   <li>{@code top_index: fixed_size_list<uint16>[1]}, {@code int32} for more than 65,536 classes:
 *       the class of the largest logit, the lowest of equals, drawn or not; {@code top_logit:
 *       fixed_size_list<float16>[1]}: its logit
 *   <li>{@code drawn_index: fixed_size_list<uint16 or int32>[n]}: the D classes by falling logit,
 *       ties by rising class; 0 behind them
 *   <li>{@code drawn_count: fixed_size_list<uint8>[n]}, {@code uint16} for n above 255: how often
 *       each was drawn, n in all; 0 behind the D
 *   <li>{@code drawn_logit: fixed_size_list<float16>[n]}: their logits; 0 behind the D
 *   <li>{@code logsumexp: fixed_size_list<float32>[m]}: log Σ exp(z_j / T) over all classes j, for
 *       each of the m temperatures
 * </ul>
 *
 * <p>Draw d is the first class whose sum of exp((z_j − max z) / T_q) over the classes up to it
 * exceeds u_d times the sum over all; u_d = {@link Draws#uniform} of d and of the row's {@link
 * Draws#seed}. Sums run over rising classes in double precision, from the teacher's float32 logits,
 * with {@link StrictMath}: the same draws on every machine. Rounding to float16 touches a weight at
 * T by the factor e^(δ · (1/T − 1/T_q)) with δ at most half a unit in the logit's last place, and
 * not at all at T = T_q.
 *
 * <p>Students train on it as it is ({@link SampledLabelBatch}). The dense view of it ({@link
 * #decode}) has the logits of the top and of the drawn classes; the others have one logit, such
 * that at the first temperature they share what is left of the mass, at least {@value #LEAST_REST}.
 *
 * @param n from 1 to 65,535
 * @param temperature T_q of the proposal, one of {@code temperatures}
 * @param temperatures at least one, positive, finite, no two equal; the first is the one that the
 *     dense view is true at
 */
public record Sampled(int n, float temperature, List<Float> temperatures) implements LabelEncoding {
  static final String NAME = "sampled";

  private static final int MOST_DRAWS = 65_535;
  private static final int MOST_COUNTED_IN_A_BYTE = 255;
  // Where exp has become zero, with room to spare: such classes are never drawn.
  private static final double NEVER_DRAWN = -750;
  private static final double LEAST_REST = 1e-6;
  private static final int TOP_INDEX = 0;
  private static final int TOP_LOGIT = 1;
  private static final int INDEX = 2;
  private static final int COUNT = 3;
  private static final int LOGIT = 4;
  private static final int LOG_SUM_EXP = 5;

  public Sampled {
    temperatures = List.copyOf(temperatures);
    if (n < 1 || n > MOST_DRAWS) {
      throw new TaustreamException(
          "labels.n is %d; sampled draws 1 to %d classes".formatted(n, MOST_DRAWS));
    }
    boolean positive = temperatures.stream().allMatch(t -> t > 0 && Float.isFinite(t));
    if (!positive
        || new HashSet<>(temperatures).size() < temperatures.size()
        || !temperatures.contains(temperature)) {
      throw new TaustreamException(
          "sampled draws at temperature %s and keeps the mass at %s; the temperatures must be positive, finite, no two equal, with that of the draws among them"
              .formatted(temperature, temperatures));
    }
  }

  @Override
  public String text() {
    return NAME;
  }

  @Override
  public Map<String, String> parameters() {
    Map<String, String> parameters = new LinkedHashMap<>();
    parameters.put("n", Integer.toString(n));
    parameters.put("draw_temperature", Float.toString(temperature));
    parameters.put("temperatures", LabelEncoding.join(temperatures));
    return parameters;
  }

  static Sampled of(UnaryOperator<String> parameter) {
    return new Sampled(
        Integer.parseInt(parameter.apply("n")),
        Float.parseFloat(parameter.apply("draw_temperature")),
        LabelEncoding.split(parameter.apply("temperatures")));
  }

  @Override
  public List<LabelColumn> columns(int classes) {
    ClassNumber number = ClassNumber.of(classes);
    return List.of(
        number.column("top_index", 1),
        new LabelColumn("top_logit", DenseF16.HALF, Short.BYTES, 1),
        number.column("drawn_index", n),
        new LabelColumn(
            "drawn_count", new ArrowType.Int(countBytes() * Byte.SIZE, false), countBytes(), n),
        new LabelColumn("drawn_logit", DenseF16.HALF, Short.BYTES, n),
        new LabelColumn("logsumexp", DenseF32.SINGLE, Float.BYTES, temperatures.size()));
  }

  private int countBytes() {
    return n <= MOST_COUNTED_IN_A_BYTE ? Byte.BYTES : Short.BYTES;
  }

  @Override
  public int firstUnstorable(FloatBuffer logits, int classes) {
    int start = logits.position();
    float largest = Float.NEGATIVE_INFINITY;
    for (int c = 0; c < classes; c++) {
      float logit = logits.get(start + c);
      if (!Float.isFinite(logit) || logit >= DenseF16.OVERFLOW) {
        return c;
      }
      largest = Math.max(largest, logit);
    }
    // Masked classes may lie far below float16 as long as they cannot be drawn.
    for (int c = 0; c < classes; c++) {
      double logit = logits.get(start + c);
      if (logit <= -DenseF16.OVERFLOW && (logit - largest) / temperature > NEVER_DRAWN) {
        return c;
      }
    }
    return -1;
  }

  @Override
  public void encode(FloatBuffer logits, int classes, long drawSeed, ByteBuffer[] columns) {
    int start = logits.position();
    ClassNumber number = ClassNumber.of(classes);
    int top = 0;
    for (int c = 1; c < classes; c++) {
      top = logits.get(start + c) > logits.get(start + top) ? c : top;
    }
    double largest = logits.get(start + top);
    number.put(columns[TOP_INDEX], top);
    columns[TOP_LOGIT].putShort(Float16.toFloat16(logits.get(start + top)));
    int[] counts = draw(logits, classes, largest, drawSeed);
    int[] drawn = distinct(logits, counts);
    for (int i = 0; i < n; i++) {
      boolean there = i < drawn.length;
      number.put(columns[INDEX], there ? drawn[i] : 0);
      putCount(columns[COUNT], there ? counts[drawn[i]] : 0);
      columns[LOGIT].putShort(there ? Float16.toFloat16(logits.get(start + drawn[i])) : 0);
    }
    for (float t : temperatures) {
      double sum = 0;
      for (int c = 0; c < classes; c++) {
        // StrictMath: the bits of a label file must not depend on the machine.
        sum += StrictMath.exp((logits.get(start + c) - largest) / t);
      }
      columns[LOG_SUM_EXP].putFloat((float) (largest / t + StrictMath.log(sum)));
    }
  }

  private void putCount(ByteBuffer column, int count) {
    if (countBytes() == Byte.BYTES) {
      column.put((byte) count);
    } else {
      column.putShort((short) count);
    }
  }

  private int count(ByteBuffer source, int base, int place) {
    return countBytes() == Byte.BYTES
        ? Byte.toUnsignedInt(source.get(base + place))
        : Short.toUnsignedInt(source.getShort(base + place * Short.BYTES));
  }

  /** How often each class is drawn. */
  private int[] draw(FloatBuffer logits, int classes, double largest, long drawSeed) {
    int start = logits.position();
    double[] upTo = new double[classes];
    double sum = 0;
    int last = 0;
    for (int c = 0; c < classes; c++) {
      double weight = StrictMath.exp((logits.get(start + c) - largest) / temperature);
      sum += weight;
      upTo[c] = sum;
      last = weight > 0 ? c : last;
    }
    int[] counts = new int[classes];
    for (int d = 0; d < n; d++) {
      double at = Draws.uniform(drawSeed, d) * sum;
      int low = 0;
      // The product may round to the sum itself.
      int high = last;
      while (low < high) {
        int middle = (low + high) >>> 1;
        if (upTo[middle] > at) {
          high = middle;
        } else {
          low = middle + 1;
        }
      }
      counts[low]++;
    }
    return counts;
  }

  /** The drawn classes by falling logit, ties by rising class. */
  private static int[] distinct(FloatBuffer logits, int[] counts) {
    int start = logits.position();
    long[] order = new long[counts.length];
    int size = 0;
    for (int c = 0; c < counts.length; c++) {
      if (counts[c] > 0) {
        // Adding zero turns -0 into 0. An int that falls where the float rises, then the class.
        int bits = Float.floatToIntBits(logits.get(start + c) + 0f);
        int falling = ~(bits ^ ((bits >> 31) & Integer.MAX_VALUE));
        order[size++] = ((long) falling << Integer.SIZE) | c;
      }
    }
    Arrays.sort(order, 0, size);
    int[] drawn = new int[size];
    for (int i = 0; i < size; i++) {
      drawn[i] = (int) order[i];
    }
    return drawn;
  }

  @Override
  public boolean decode(
      ByteBuffer source, int[] bases, int row, int classes, FloatBuffer destination) {
    SampledColumns label = SampledColumns.allocate(1, this);
    String wrong = read(source, bases, row, classes, label);
    if (wrong != null) {
      throw new DamagedLabelFileException(
          "a sampled label is damaged: %s; run 'taustream labels verify'".formatted(wrong));
    }
    float t = temperatures.get(0);
    double mass = label.logSumExp().get(0);
    float top = label.topLogit().get(0);
    int topIndex = label.topIndex().get(0);
    double known = 0;
    int others = classes;
    boolean topDrawn = label.indices().get(0) == topIndex;
    if (!topDrawn) {
      known += StrictMath.exp(top / t - mass);
      others--;
    }
    for (int i = 0; i < n && label.counts().get(i) > 0; i++) {
      known += StrictMath.exp(label.logits().get(i) / t - mass);
      others--;
    }
    double rest = Math.max(LEAST_REST, 1 - known);
    float share = (float) (t * (mass + StrictMath.log(rest / Math.max(1, others))));
    int to = destination.position();
    for (int c = 0; c < classes; c++) {
      destination.put(to + c, Math.min(share, top));
    }
    destination.put(to + topIndex, top);
    for (int i = 0; i < n && label.counts().get(i) > 0; i++) {
      destination.put(to + label.indices().get(i), label.logits().get(i));
    }
    destination.position(to + classes);
    return true;
  }

  /**
   * Reads one row as it is stored.
   *
   * @param source as in {@link #decode}, and so are {@code bases} and {@code row}
   * @param destination receives the row, whatever it holds
   * @return what {@link #encode} could not have written, as in {@link #inspect}; null for a label
   */
  String read(ByteBuffer source, int[] bases, int row, int classes, SampledColumns destination) {
    ClassNumber number = ClassNumber.of(classes);
    int topIndex = number.get(source, bases[TOP_INDEX], row);
    float topLogit = DenseF16.toFloat(source.getShort(bases[TOP_LOGIT] + row * Short.BYTES));
    destination.topIndex().put(topIndex);
    destination.topLogit().put(topLogit);
    boolean known = topIndex >= 0 && topIndex < classes && Float.isFinite(topLogit);
    String wrong = known ? null : "its top class is %d with %s".formatted(topIndex, topLogit);
    BitSet seen = new BitSet(classes);
    float above = topLogit;
    int draws = 0;
    for (int i = row * n; i < (row + 1) * n; i++) {
      int index = number.get(source, bases[INDEX], i);
      int count = count(source, bases[COUNT], i);
      float logit = DenseF16.toFloat(source.getShort(bases[LOGIT] + i * Short.BYTES));
      destination.indices().put(index);
      destination.counts().put(count);
      destination.logits().put(logit);
      boolean behind = draws == n;
      draws += count;
      boolean sound =
          behind
              ? index == 0 && count == 0 && logit == 0
              : count > 0
                  && index >= 0
                  && index < classes
                  && !seen.get(index)
                  // Written so that NaN fails too; a half below the top is never +infinity.
                  && logit <= above
                  && logit > Float.NEGATIVE_INFINITY;
      if (wrong == null && !sound) {
        wrong =
            "place %d holds class %d of %d, drawn %d times, with logit %s"
                .formatted(i - row * n, index, classes, count, logit);
      }
      if (wrong == null && !behind) {
        seen.set(index);
        above = logit;
      }
    }
    if (wrong == null && draws != n) {
      wrong = "it holds %d draws of %d".formatted(draws, n);
    }
    int m = temperatures.size();
    for (int i = row * m; i < (row + 1) * m; i++) {
      float mass = source.getFloat(bases[LOG_SUM_EXP] + i * Float.BYTES);
      destination.logSumExp().put(mass);
      if (wrong == null && !Float.isFinite(mass)) {
        wrong = "logsumexp is %s".formatted(mass);
      }
    }
    return wrong;
  }

  @Override
  public String inspect(ByteBuffer source, int[] bases, int row, int classes) {
    return read(source, bases, row, classes, SampledColumns.allocate(1, this));
  }
}
