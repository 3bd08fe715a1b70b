package io.taustream.benchmarks;

import io.taustream.storage.label.LabelCompression;
import io.taustream.storage.label.LabelEncoding;
import io.taustream.storage.label.LabelFile;
import io.taustream.storage.label.Sampled;
import io.taustream.storage.label.SoftLabelStore;
import io.taustream.storage.label.TopK;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What labels cost in an encoding and how wrong they are.
 *
 * @param encoding that they are stored in
 * @param bytes a row, with its label and view number, without key, view seed and file overhead
 * @param plainFile bytes of the file for each row
 * @param compressedFile the same with Zstandard
 * @param cold errors at T = 1
 * @param warm errors at T = 4
 */
record LabelSize(
    LabelEncoding encoding,
    int bytes,
    double plainFile,
    double compressedFile,
    Errors cold,
    Errors warm) {
  private static final int LABEL_AND_VIEW_BYTES = 6;
  private static final float COLD = 1;
  private static final float WARM = 4;

  /**
   * Means over the rows, with p the teacher's softened distribution and q that of the label.
   *
   * @param divergence KL(p ‖ q), nats
   * @param variation Σ |p − q| / 2
   * @param weights Σ |p − w| / 2 with the weights w of sampled labels; empty for others
   */
  record Errors(double divergence, double variation, Optional<Double> weights) {}

  /** Stores the rows twice, and reads them back. */
  static LabelSize of(LabelEncoding encoding, TeacherRows teacher, Workbench bench)
      throws IOException {
    try (SoftLabelStore plain = bench.labels(encoding, teacher, LabelCompression.NONE);
        SoftLabelStore compressed = bench.labels(encoding, teacher, LabelCompression.ZSTD)) {
      double plainFile = write(teacher, plain, bench);
      double compressedFile = write(teacher, compressed, bench);
      try (LabelFile file = compressed.open(bench.shard()).block()) {
        LabelDistribution labels = new LabelDistribution(file);
        return new LabelSize(
            encoding,
            encoding.bytesPerRow(teacher.classes()) + LABEL_AND_VIEW_BYTES,
            plainFile,
            compressedFile,
            errors(labels, teacher, COLD),
            errors(labels, teacher, WARM));
      }
    }
  }

  private static double write(TeacherRows teacher, SoftLabelStore store, Workbench bench)
      throws IOException {
    teacher.write(store, bench.shard(), bench.pool().allocator());
    return (double) Files.size(store.location(bench.shard()).toPath()) / teacher.size();
  }

  private static Errors errors(LabelDistribution labels, TeacherRows teacher, float temperature) {
    double divergence = 0;
    double variation = 0;
    double ofWeights = 0;
    boolean weighted = false;
    for (int row = 0; row < teacher.size(); row++) {
      double[] p = LabelDistribution.softmax(teacher.logits(row), temperature);
      double[] q = labels.at(row, temperature);
      divergence += divergence(p, q);
      variation += variation(p, q);
      Optional<double[]> weights = labels.weightsAt(row, temperature);
      weighted = weights.isPresent();
      ofWeights += weights.map(w -> variation(p, w)).orElse(0.0);
    }
    int rows = teacher.size();
    return new Errors(
        divergence / rows,
        variation / rows,
        weighted ? Optional.of(ofWeights / rows) : Optional.empty());
  }

  private static double divergence(double[] p, double[] q) {
    double sum = 0;
    for (int c = 0; c < p.length; c++) {
      sum += p[c] > 0 ? p[c] * Math.log(p[c] / q[c]) : 0;
    }
    return sum;
  }

  private static double variation(double[] p, double[] q) {
    double sum = 0;
    for (int c = 0; c < p.length; c++) {
      sum += Math.abs(p[c] - q[c]);
    }
    return sum / 2;
  }

  /** A line of the table. */
  String row() {
    List<String> cells =
        List.of(
            name(),
            Integer.toString(bytes),
            number("%.1f", plainFile),
            number("%.1f", compressedFile),
            number("%.1e", cold.divergence()),
            number("%.1e", warm.divergence()),
            number("%.1e", cold.variation()),
            number("%.1e", warm.variation()),
            cold.weights().map(w -> number("%.2f", w)).orElse("–"),
            warm.weights().map(w -> number("%.2f", w)).orElse("–"));
    return cells.stream().collect(Collectors.joining(" | ", "| ", " |"));
  }

  private String name() {
    if (encoding instanceof TopK topK) {
      return "`top-k`, k = " + topK.k();
    }
    if (encoding instanceof Sampled sampled) {
      return "`sampled`, n = " + sampled.n();
    }
    return "`" + encoding.text() + "`";
  }

  private static String number(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }
}
