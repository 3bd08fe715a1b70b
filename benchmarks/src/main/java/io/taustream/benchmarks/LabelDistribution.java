package io.taustream.benchmarks;

import io.taustream.storage.label.LabelEncoding;
import io.taustream.storage.label.LabelFile;
import io.taustream.storage.label.Sampled;
import io.taustream.storage.label.SampledColumns;
import io.taustream.storage.label.TopK;
import io.taustream.storage.label.TopKColumns;
import java.util.Arrays;
import java.util.Optional;

/**
 * The softened distribution that a stored label gives at a stored temperature. What a label knows
 * of a class is taken as it is; classes that it knows nothing of share what is left of the mass
 * evenly, and at least a millionth of it, which rounding to float16 may have used up.
 */
final class LabelDistribution {
  private static final double LEAST_REST = 1e-6;

  private final LabelFile file;
  private final LabelEncoding encoding;
  private final int classes;

  LabelDistribution(LabelFile file) {
    this.file = file;
    this.encoding = file.metadata().set().encoding();
    this.classes = file.metadata().set().classes();
  }

  /** softmax(logits / T) of dense logits. */
  static double[] softmax(float[] logits, double temperature) {
    double largest = Double.NEGATIVE_INFINITY;
    for (float logit : logits) {
      largest = Math.max(largest, logit);
    }
    double[] p = new double[logits.length];
    double sum = 0;
    for (int c = 0; c < p.length; c++) {
      p[c] = Math.exp((logits[c] - largest) / temperature);
      sum += p[c];
    }
    for (int c = 0; c < p.length; c++) {
      p[c] /= sum;
    }
    return p;
  }

  /** The probabilities of all classes. */
  double[] at(int ordinal, float temperature) {
    if (encoding instanceof TopK topK) {
      return topK(ordinal, temperature, topK);
    }
    if (encoding instanceof Sampled sampled) {
      return sampled(ordinal, temperature, sampled);
    }
    float[] logits = new float[classes];
    file.logits(ordinal, 0, logits);
    return softmax(logits, temperature);
  }

  private double[] topK(int ordinal, float temperature, TopK topK) {
    TopKColumns label = TopKColumns.allocate(1, topK);
    file.topK(ordinal, 0, label);
    double rest = label.restLogSumExp().get(topK.restTemperatures().indexOf(temperature));
    // Relative to the largest of all terms, so that nothing overflows.
    double largest = Math.max(rest, label.logits().get(0) / temperature);
    double sum = Math.exp(rest - largest);
    double[] p = new double[classes];
    Arrays.fill(p, sum / (classes - topK.k()));
    for (int i = 0; i < topK.k(); i++) {
      double weight = Math.exp(label.logits().get(i) / temperature - largest);
      p[label.indices().get(i)] = weight;
      sum += weight;
    }
    for (int c = 0; c < classes; c++) {
      p[c] /= sum;
    }
    return p;
  }

  private double[] sampled(int ordinal, float temperature, Sampled sampled) {
    SampledColumns label = SampledColumns.allocate(1, sampled);
    file.sampled(ordinal, 0, label);
    double mass = label.logSumExp().get(sampled.temperatures().indexOf(temperature));
    double[] p = new double[classes];
    p[label.topIndex().get(0)] = Math.exp(label.topLogit().get(0) / temperature - mass);
    for (int i = 0; i < sampled.n() && label.counts().get(i) > 0; i++) {
      p[label.indices().get(i)] = Math.exp(label.logits().get(i) / temperature - mass);
    }
    double known = Arrays.stream(p).sum();
    long unknown = Arrays.stream(p).filter(probability -> probability == 0).count();
    double share = unknown == 0 ? 0 : Math.max(LEAST_REST, 1 - known) / unknown;
    double sum = known + share * unknown;
    for (int c = 0; c < classes; c++) {
      p[c] = (p[c] == 0 ? share : p[c]) / sum;
    }
    return p;
  }

  /** The importance weights that the loss takes for probabilities; of sampled labels only. */
  Optional<double[]> weightsAt(int ordinal, float temperature) {
    if (!(encoding instanceof Sampled sampled)) {
      return Optional.empty();
    }
    SampledColumns label = SampledColumns.allocate(1, sampled);
    file.sampled(ordinal, 0, label);
    float drawn = sampled.temperature();
    double mass = label.logSumExp().get(sampled.temperatures().indexOf(temperature));
    double drawnMass = label.logSumExp().get(sampled.temperatures().indexOf(drawn));
    double[] weights = new double[classes];
    for (int i = 0; i < sampled.n() && label.counts().get(i) > 0; i++) {
      float logit = label.logits().get(i);
      double ratio = Math.exp(logit / temperature - mass - (logit / drawn - drawnMass));
      weights[label.indices().get(i)] = ratio * label.counts().get(i) / sampled.n();
    }
    return Optional.of(weights);
  }
}
