package io.taustream.benchmarks;

import io.taustream.benchmarks.KendallCost.Form;
import io.taustream.student.loss.Pairing;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What the ranking loss costs, by JMH, each case in a process of its own; prints a table. */
@Command(
    name = "kendall",
    mixinStandardHelpOptions = true,
    description = "The ranking loss by JMH: beside a training step, beside tensors, by classes.")
final class KendallBenchmark implements Callable<Integer> {
  private static final int BATCH = 64;
  private static final int LARGEST = 21_841;
  // All pairs of 64 rows of 21,841 classes would take half a minute a call: a row costs what a row
  // costs.
  private static final int SAMPLED_ROWS = 4;

  @Spec private CommandSpec spec;

  @Option(
      names = "--iterations",
      defaultValue = "5",
      description = "Iterations that count, about a second each (default: ${DEFAULT-VALUE}).")
  private int iterations;

  /**
   * What a case came to.
   *
   * @param milliseconds a batch
   * @param error half the width of JMH's 99.9 % interval, or NaN
   * @param mebibytes the process's peak, or NaN
   */
  private record Cost(double milliseconds, double error, double mebibytes) {}

  @Override
  public Integer call() throws RunnerException {
    PrintWriter out = spec.commandLine().getOut();
    double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    Cost step = measure(options(StepCost.class));
    StringBuilder table = new StringBuilder();
    row(table, "B = 64, resnet8x4", "", "training step, without the term", step, "");
    for (Pairing pairing : new Pairing[] {Pairing.SIGN, Pairing.FACTORED}) {
      Cost hundred = kendall(Form.TAUSTREAM, pairing, 100, BATCH);
      row(
          table,
          "B = 64, C = 100",
          pairing.label(),
          "the term",
          hundred,
          "%.2f %% of the step",
          100 * hundred.milliseconds() / step.milliseconds());
      Cost tensors = kendall(Form.TENSORS, pairing, 1000, BATCH);
      Cost pairs = kendall(Form.PAIRWISE, pairing, 1000, BATCH);
      Cost thousand = kendall(Form.TAUSTREAM, pairing, 1000, BATCH);
      row(table, "B = 64, C = 1,000", pairing.label(), "tensors, autograd", tensors, "");
      row(table, "", "", "pairwise, one pass", pairs, faster(tensors, pairs));
      row(table, "", "", "the term", thousand, faster(tensors, thousand));
      Cost sixteen = kendall(Form.TAUSTREAM, pairing, 16_000, BATCH);
      row(
          table,
          "B = 64, C = 16,000",
          pairing.label(),
          "the term",
          sixteen,
          "%.1f times C = 1,000",
          sixteen.milliseconds() / thousand.milliseconds());
      Cost sampled = kendall(Form.PAIRWISE, pairing, LARGEST, SAMPLED_ROWS);
      double share = (double) BATCH / SAMPLED_ROWS;
      Cost all =
          new Cost(sampled.milliseconds() * share, sampled.error() * share, sampled.mebibytes());
      Cost largest = kendall(Form.TAUSTREAM, pairing, LARGEST, BATCH);
      row(
          table,
          "B = 64, C = 21,841",
          pairing.label(),
          "pairwise, one pass",
          all,
          "measured on %d rows",
          SAMPLED_ROWS);
      row(table, "", "", "the term", largest, faster(all, largest));
    }
    out.println("| case | pairing | form | ms a batch | peak resident | |");
    out.println("| --- | --- | --- | --- | --- | --- |");
    out.print(table);
    out.printf(
        Locale.ROOT,
        "%nLoad before the run %.1f, %d cores, %s.%n",
        load,
        Runtime.getRuntime().availableProcessors(),
        LocalDate.now(ZoneOffset.UTC));
    out.flush();
    return 0;
  }

  private Cost kendall(Form form, Pairing pairing, int classes, int batch) throws RunnerException {
    return measure(
        options(KendallCost.class)
            .param("form", form.name())
            .param("pairing", pairing.name())
            .param("classes", Integer.toString(classes))
            .param("batch", Integer.toString(batch)));
  }

  private ChainedOptionsBuilder options(Class<?> benchmark) {
    return new OptionsBuilder()
        .include("^" + benchmark.getName().replace(".", "\\.") + "\\.")
        .forks(1)
        .warmupIterations(3)
        .warmupTime(TimeValue.seconds(1))
        .measurementIterations(iterations)
        .measurementTime(TimeValue.seconds(1))
        .addProfiler(PeakResident.class)
        .jvmArgsAppend("-Xmx512m")
        .verbosity(VerboseMode.SILENT);
  }

  @SuppressWarnings("rawtypes") // as JMH hands results out
  private Cost measure(ChainedOptionsBuilder options) throws RunnerException {
    RunResult result = new Runner(options.build()).runSingle();
    Result<?> time = result.getPrimaryResult();
    double peak =
        result.getSecondaryResults().entrySet().stream()
            .filter(entry -> entry.getKey().endsWith(PeakResident.LABEL))
            .mapToDouble(entry -> entry.getValue().getScore())
            .findFirst()
            .orElse(Double.NaN);
    Cost cost = new Cost(time.getScore(), time.getScoreError(), peak);
    spec.commandLine()
        .getErr()
        .printf("%s %s: %s%n", time.getLabel(), result.getParams().getParamsKeys(), cost);
    return cost;
  }

  private static String faster(Cost slow, Cost fast) {
    return String.format(
        Locale.ROOT, "%.1f times faster", slow.milliseconds() / fast.milliseconds());
  }

  private static void row(
      StringBuilder table,
      String what,
      String pairing,
      String form,
      Cost cost,
      String remark,
      Object... figures) {
    table.append(
        String.format(
            Locale.ROOT,
            "| %s | %s | %s | %.2f ± %.2f | %.0f MiB | %s |%n",
            what,
            pairing,
            form,
            cost.milliseconds(),
            cost.error(),
            cost.mebibytes(),
            String.format(Locale.ROOT, remark, figures)));
  }
}
