package io.taustream.pipeline.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** The lines of a run's diagnoses as a real one would log them, over ten classes. */
final class SyntheticDiagnosis {
  private static final List<Integer> RANKS = List.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);

  private SyntheticDiagnosis() {}

  /**
   * @param slopes for each term, how fast its share falls from rank to rank: 1 is evenly
   */
  static List<MetricRecord> of(long seed, int epochs, Map<String, Double> slopes) {
    Random random = new Random(seed);
    List<MetricRecord> lines = new ArrayList<>();
    for (int epoch = 0; epoch < epochs; epoch++) {
      long before = 8L * epoch;
      for (int i = 1; i <= 8; i++) {
        lines.add(gradient(random, before + i, epoch, slopes));
      }
      if (epoch > 0) {
        int wrong = 300 / (epoch + 1) + random.nextInt(20);
        lines.add(
            new DriftRecord(before + 8, epoch, 10_000, 2L * wrong, 600, 6_000, 4_000, wrong, 400));
      }
    }
    return lines;
  }

  private static GradientRecord gradient(
      Random random, long step, int epoch, Map<String, Double> slopes) {
    Map<String, List<Double>> shares = new LinkedHashMap<>();
    Map<String, Double> norms = new LinkedHashMap<>();
    slopes.forEach(
        (term, slope) -> {
          List<Double> falling = RANKS.stream().map(rank -> Math.pow(slope, rank)).toList();
          double sum = falling.stream().mapToDouble(Double::doubleValue).sum();
          shares.put(term, falling.stream().map(share -> share / sum).toList());
          norms.put(term, 0.5 + random.nextDouble() / 10);
        });
    Map<String, Double> cosines = new LinkedHashMap<>();
    List<String> terms = List.copyOf(slopes.keySet());
    for (int i = 0; i < terms.size(); i++) {
      for (int j = i + 1; j < terms.size(); j++) {
        cosines.put(
            terms.get(i) + "/" + terms.get(j),
            Math.tanh(i + j - 0.02 * step) + random.nextGaussian() / 20);
      }
    }
    return new GradientRecord(step, epoch, RANKS, shares, norms, cosines);
  }
}
