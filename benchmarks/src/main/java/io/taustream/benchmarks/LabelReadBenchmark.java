package io.taustream.benchmarks;

import io.taustream.benchmarks.LabelReadCost.Form;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** How fast stored labels are read, by JMH, each case in a process of its own; prints a table. */
@Command(
    name = "labels",
    mixinStandardHelpOptions = true,
    description = "Reading stored labels by JMH: in order beside the bare file, and at random.")
final class LabelReadBenchmark implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--iterations",
      defaultValue = "5",
      description = "Iterations that count, about a second each (default: ${DEFAULT-VALUE}).")
  private int iterations;

  @Option(
      names = "--encodings",
      split = ",",
      defaultValue = "dense-f16,dense-f32",
      description = "Which are measured (default: ${DEFAULT-VALUE}).")
  private List<String> encodings;

  @Option(
      names = "--classes",
      split = ",",
      defaultValue = "10,100,1000",
      description = "Which numbers of classes (default: ${DEFAULT-VALUE}).")
  private List<Integer> classNumbers;

  /** Nanoseconds a row, and half the width of JMH's 99.9 % interval. */
  private record Cost(double nanoseconds, double error) {
    double over(Cost other) {
      return nanoseconds / other.nanoseconds();
    }

    double microseconds() {
      return nanoseconds / 1000;
    }

    @Override
    public String toString() {
      return String.format(Locale.ROOT, "%.0f ± %.0f", nanoseconds, error);
    }
  }

  @Override
  public Integer call() throws RunnerException {
    PrintWriter out = spec.commandLine().getOut();
    double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    StringBuilder table = new StringBuilder();
    for (String encoding : encodings) {
      for (int classes : classNumbers) {
        row(table, encoding, classes);
      }
    }
    out.println(
        "| encoding | classes | bare, ns a row | bare to floats | scan | scan: of bare | of bare to"
            + " floats | row by row | of bare to floats | at random, µs | joined at random, µs |");
    out.println("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
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

  private void row(StringBuilder table, String encoding, int classes) throws RunnerException {
    Map<Form, Cost> costs = new EnumMap<>(Form.class);
    for (Form form : Form.values()) {
      costs.put(form, measure(form, encoding, classes));
    }
    Cost bare = costs.get(Form.BARE);
    Cost toFloats = costs.get(Form.BARE_FLOATS);
    Cost scan = costs.get(Form.SCAN);
    Cost rows = costs.get(Form.ROWS);
    table.append(
        String.format(
            Locale.ROOT,
            "| `%s` | %d | %s | %s | %s | %.2f | %.2f | %s | %.2f | %.2f | %.2f |%n",
            encoding,
            classes,
            bare,
            toFloats,
            scan,
            bare.over(scan),
            toFloats.over(scan),
            rows,
            toFloats.over(rows),
            costs.get(Form.RANDOM).microseconds(),
            costs.get(Form.RANDOM_JOIN).microseconds()));
  }

  private Cost measure(Form form, String encoding, int classes) throws RunnerException {
    Result<?> time =
        new Runner(
                new OptionsBuilder()
                    .include("^" + LabelReadCost.class.getName().replace(".", "\\.") + "\\.")
                    .param("form", form.name())
                    .param("encoding", encoding)
                    .param("classes", Integer.toString(classes))
                    .forks(1)
                    .warmupIterations(3)
                    .warmupTime(TimeValue.seconds(1))
                    .measurementIterations(iterations)
                    .measurementTime(TimeValue.seconds(1))
                    .jvmArgsAppend("-Xmx1g")
                    .verbosity(VerboseMode.SILENT)
                    .build())
            .runSingle()
            .getPrimaryResult();
    long rows = LabelReadCost.rows(encoding, classes);
    Cost cost = new Cost(time.getScore() / rows, time.getScoreError() / rows);
    spec.commandLine().getErr().printf("%s, %d classes, %s: %s%n", encoding, classes, form, cost);
    return cost;
  }
}
