package io.taustream.student.diagnose;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * What an evaluation found for each sample, in the order of the evaluation: how far the student is
 * from the teacher, and whether it is right. Immutable.
 *
 * <p>The distance is KL(softmax(t/T) ‖ softmax(s/T)) in nats at T = {@value #TEMPERATURE}, the
 * usual temperature of the literature, whatever the run's loss is: so that it can be compared
 * between runs with and without a {@code kl} term.
 */
public final class SampleOutcomes {
  /** T. */
  public static final double TEMPERATURE = 4;

  // A sample's KL; with the sign bit where the prediction is wrong; NaN where there is no label.
  private final float[] values;

  private SampleOutcomes(float[] values) {
    this.values = values;
  }

  /** Samples, with a label or not. */
  public int size() {
    return values.length;
  }

  boolean known(int sample) {
    return !Float.isNaN(values[sample]);
  }

  boolean right(int sample) {
    return Float.floatToRawIntBits(values[sample]) >= 0;
  }

  float kl(int sample) {
    return Math.abs(values[sample]);
  }

  /**
   * Four bytes a sample: float32, little-endian; the KL, its sign bit set where the prediction is
   * wrong, or NaN for a sample without a label.
   */
  public byte[] toBytes() {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return bytes.array();
  }

  /** The outcomes that {@link #toBytes} gave. */
  public static SampleOutcomes of(byte[] bytes) {
    float[] values = new float[bytes.length / Float.BYTES];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
    return new SampleOutcomes(values);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SampleOutcomes that && Arrays.equals(values, that.values);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(values);
  }

  /** Gathers outcomes, sample by sample. Not thread-safe. */
  public static final class Builder {
    private float[] values = new float[64];
    private int size;

    /** Adds a sample without a label. */
    public void addUnlabelled() {
      add(Float.NaN);
    }

    /**
     * Adds a sample.
     *
     * @param student its logits, C
     * @param teacher the teacher's, C
     * @param right whether the prediction is the label
     */
    public void add(float[] student, float[] teacher, boolean right) {
      // Rounding may take it below zero.
      float kl = (float) Math.max(0, divergence(student, teacher));
      add(right ? kl : -kl);
    }

    private void add(float value) {
      if (size == values.length) {
        values = Arrays.copyOf(values, 2 * size);
      }
      values[size++] = value;
    }

    /** The outcomes added so far. */
    public SampleOutcomes build() {
      return new SampleOutcomes(Arrays.copyOf(values, size));
    }

    private static double divergence(float[] student, float[] teacher) {
      double studentLog = logSumExp(student);
      double teacherLog = logSumExp(teacher);
      double sum = 0;
      for (int c = 0; c < student.length; c++) {
        double logP = teacher[c] / TEMPERATURE - teacherLog;
        sum += Math.exp(logP) * (logP - (student[c] / TEMPERATURE - studentLog));
      }
      return sum;
    }

    private static double logSumExp(float[] logits) {
      float largest = Float.NEGATIVE_INFINITY;
      for (float logit : logits) {
        largest = Math.max(largest, logit);
      }
      double sum = 0;
      for (float logit : logits) {
        sum += Math.exp(((double) logit - largest) / TEMPERATURE);
      }
      return largest / TEMPERATURE + Math.log(sum);
    }
  }
}
