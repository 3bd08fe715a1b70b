package io.taustream.pipeline.report;

import io.taustream.pipeline.report.EvaluationRecord.Role;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;

/** Runs with numbers as a real one would log them: what the report's tests draw. */
final class SyntheticRun {
  static final List<String> CLASSES =
      List.of(
          "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck");

  private static final int STEPS_IN_EPOCH = 390;
  private static final int INTERVAL = 20;

  private SyntheticRun() {}

  static RunReport of(String name, int epochs, double top1, Map<String, Double> startOfTerms) {
    Random random = new Random(name.hashCode());
    List<MetricRecord> metrics = new ArrayList<>();
    double seconds = 0;
    for (int epoch = 0; epoch < epochs; epoch++) {
      for (int i = INTERVAL; i <= STEPS_IN_EPOCH; i += INTERVAL) {
        long step = (long) epoch * STEPS_IN_EPOCH + i;
        double progress = step / (double) (epochs * STEPS_IN_EPOCH);
        metrics.add(step(random, step, epoch, progress, startOfTerms));
        if (startOfTerms.size() > 1) {
          metrics.add(gradient(random, step + 1, epoch, progress, startOfTerms.keySet()));
        }
        if (i % 100 == 0) {
          seconds += 14;
          metrics.addAll(stages(random, step, epoch, seconds, !startOfTerms.containsKey("kl")));
        }
      }
      double progress = (epoch + 1.0) / epochs;
      double reached = top1 * (1 - 0.55 * Math.exp(-4 * progress)) + random.nextGaussian() * 0.008;
      metrics.add(
          new EpochRecord(
              (epoch + 1L) * STEPS_IN_EPOCH,
              epoch,
              54 + random.nextDouble(),
              50_000,
              2.1 * Math.exp(-2 * progress),
              epoch % 2 == 0 || epoch == epochs - 1 ? reached : Double.NaN,
              epoch % 2 == 0 || epoch == epochs - 1 ? 2.4 * (1 - reached) : Double.NaN));
    }
    boolean taught = startOfTerms.size() > 1;
    for (int epoch = 1; taught && epoch < epochs; epoch++) {
      metrics.add(drift(random, epoch));
    }
    long steps = (long) epochs * STEPS_IN_EPOCH;
    metrics.add(
        new EvaluationRecord(
            steps,
            Role.STUDENT,
            "resnet8",
            10_000,
            top1,
            0.991,
            2.1 * (1 - top1),
            0.031,
            taught ? top1 + 0.02 : Double.NaN,
            taught ? 0.71 : Double.NaN,
            confusion(random, top1)));
    if (taught) {
      metrics.add(
          new EvaluationRecord(
              steps,
              Role.TEACHER,
              "resnet56",
              10_000,
              0.8964,
              0.996,
              0.3421,
              0.0352,
              Double.NaN,
              Double.NaN,
              List.of()));
    }
    return new RunReport(
        name,
        RunReport.State.DONE,
        Instant.parse("2026-03-04T15:16:17Z"),
        "resnet8 from resnet56, "
            + String.join(" + ", startOfTerms.keySet())
            + ", 30 epochs of 128",
        "run: " + name + "\nseed: 7\ndata:\n  train: cifar10-train-{0000..0019}.tar\n",
        CLASSES,
        metrics,
        List.of(
            new SkippedSample("cifar10-train-0003.tar", 417, "img_<0417>", "not an image"),
            new SkippedSample(
                "cifar10-train-0011.tar",
                9,
                "img_2209",
                "claims 60,000 x 60,000 pixels; at most 16,384 a side are decoded")));
  }

  private static StepRecord step(
      Random random, long step, int epoch, double progress, Map<String, Double> startOfTerms) {
    Map<String, Double> terms = new LinkedHashMap<>();
    startOfTerms.forEach(
        (term, start) ->
            terms.put(
                term,
                start * (0.25 + 0.75 * Math.exp(-5 * progress))
                    + Math.abs(random.nextGaussian()) * 0.06 * start));
    double total = terms.values().stream().mapToDouble(Double::doubleValue).sum();
    double warmUp = Math.min(1, progress * 30);
    double rate = 0.1 * warmUp * (1 + Math.cos(Math.PI * progress)) / 2;
    return new StepRecord(step, epoch, total, terms, rate);
  }

  /** KL and cross-entropy fall off quickly with the rank, the others do not. */
  private static GradientRecord gradient(
      Random random, long step, int epoch, double progress, Set<String> terms) {
    Map<String, List<Double>> shares = new LinkedHashMap<>();
    Map<String, Double> norms = new LinkedHashMap<>();
    Map<String, Double> cosines = new LinkedHashMap<>();
    for (String term : terms) {
      double decay = term.equals("kendall") ? 0.1 : 0.5 + 0.4 * progress;
      List<Double> weights =
          IntStream.range(0, CLASSES.size())
              .mapToObj(rank -> Math.exp(-decay * rank) * (1 + 0.2 * random.nextDouble()))
              .toList();
      double sum = weights.stream().mapToDouble(Double::doubleValue).sum();
      shares.put(term, weights.stream().map(weight -> weight / sum).toList());
      norms.put(term, (0.02 + 0.1 * Math.exp(-3 * progress)) * (1 + 0.3 * random.nextDouble()));
      for (String other : terms) {
        if (other.equals(term)) {
          break;
        }
        double cosine = (other.equals("ce") ? 0.7 : 0.4) * (1 - progress);
        cosines.put(other + "/" + term, cosine + 0.08 * random.nextGaussian());
      }
    }
    List<Integer> ranks = IntStream.rangeClosed(1, CLASSES.size()).boxed().toList();
    return new GradientRecord(step, epoch, ranks, shares, norms, cosines);
  }

  private static DriftRecord drift(Random random, int epoch) {
    long fell = 5_500L + random.nextInt(400);
    long wrong = 60L + random.nextInt(200 / epoch + 20);
    long right = 70L + random.nextInt(900 / epoch + 20);
    return new DriftRecord(
        (epoch + 1L) * STEPS_IN_EPOCH,
        epoch,
        10_000,
        wrong * 3,
        right * 2,
        fell,
        4_000,
        wrong,
        right);
  }

  private static List<StageRecord> stages(
      Random random, long step, int epoch, double seconds, boolean alone) {
    double rate = 930 + random.nextGaussian() * 40;
    List<StageRecord> stages = new ArrayList<>();
    stages.add(new StageRecord(step, seconds, "read", rate, 0.04));
    stages.add(new StageRecord(step, seconds, "decode", rate, 0.21 + random.nextDouble() * 0.02));
    if (epoch < 4 && !alone) {
      stages.add(
          new StageRecord(step, seconds, "teacher", rate / 3, 0.97 + random.nextDouble() * 0.02));
    }
    stages.add(new StageRecord(step, seconds, "student", rate, 0.9 + random.nextDouble() * 0.05));
    return stages;
  }

  private static List<List<Integer>> confusion(Random random, double top1) {
    List<List<Integer>> matrix = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      List<Integer> row = new ArrayList<>();
      int hits = (int) (1000 * (top1 + (i == 3 ? -0.1 : 0.01)));
      int left = 1000 - hits;
      for (int j = 0; j < 10; j++) {
        boolean alike = i != j && (i == 3 || i == 5) && (j == 3 || j == 5);
        int share = alike ? left / 2 : Math.min(left, random.nextInt(Math.max(1, left / 5)));
        row.add(i == j ? hits : share);
        left -= i == j ? 0 : share;
      }
      matrix.add(row);
    }
    return matrix;
  }
}
