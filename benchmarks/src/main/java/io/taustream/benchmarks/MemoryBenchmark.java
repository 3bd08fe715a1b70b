package io.taustream.benchmarks;

import io.taustream.pipeline.config.RunConfig;
import io.taustream.storage.TaustreamException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * The resident memory of {@code taustream label} and then {@code taustream train}, each in a
 * process of its own with a small heap, started as a user starts them.
 */
@Command(
    name = "memory",
    mixinStandardHelpOptions = true,
    description = "Resident memory of label and train, second by second and epoch by epoch.")
final class MemoryBenchmark implements Callable<Integer> {
  private static final String CONFIG =
      """
      run: memory
      work: %1$s
      seed: 7
      data:
        train: %2$s/data/cifar10/%3$s
        test: %2$s/data/cifar10/cifar10-test-*.tar
        classes: 10
      view: {policy: pad-crop-flip, size: 32, count: 1}
      teachers:
        - {name: resnet56, model: %2$s/teachers/resnet56-cifar10.onnx}
      student: {model: resnet8}
      train:
        epochs: %4$d
        batch: 64
        optimizer: {type: sgd, lr: 0.1, momentum: 0.9, weight-decay: 5.0e-4, nesterov: true}
        schedule: {type: cosine, warmup-epochs: 1}
      loss:
        - {type: ce, weight: 0.1}
        - {type: kl, weight: 0.9, temperature: 4}
        - {type: kendall, weight: 10, surrogate: tanh, pairing: sign, steepness: 1}
      memory: {batches: 256MiB}
      """;

  @Spec private CommandSpec spec;

  @Option(
      names = "--config",
      description = "A run's configuration with a local work folder (default: CIFAR-10).")
  private Path config;

  @Option(
      names = "--shared",
      defaultValue = "../shared",
      description = "Folder with data/cifar10 and teachers (default: ${DEFAULT-VALUE}).")
  private Path shared;

  @Option(
      names = "--train",
      defaultValue = "cifar10-train-*.tar",
      description = "Without --config: the training shards (default: ${DEFAULT-VALUE}).")
  private String train;

  @Option(
      names = "--epochs",
      defaultValue = "10",
      description = "Without --config: how long to train (default: ${DEFAULT-VALUE}).")
  private int epochs;

  @Option(
      names = "--heap",
      defaultValue = "512m",
      description = "The Java heap's limit (default: ${DEFAULT-VALUE}).")
  private String heap;

  @Option(
      names = "--output",
      defaultValue = "benchmarks/target/memory",
      description =
          "Folder for the curve, and without --config for the run's results (default: ${DEFAULT-VALUE}).")
  private Path output;

  @Override
  public Integer call() throws Exception {
    Files.createDirectories(output);
    Path file = config == null ? writeConfig() : config;
    Path metrics = metrics(RunConfig.read(file));
    Path csv = output.resolve("memory.csv");
    // Training starts over and would remove it as well, but only a while after its process begins.
    Files.deleteIfExists(metrics);
    try (ResidentCurve curve = ResidentCurve.open(csv)) {
      curve.follow("label", start("label", file.toString()), metrics);
      List<Long> byEpoch =
          curve.follow("train", start("train", file.toString(), "--fresh"), metrics);
      print(byEpoch, curve.peak(), csv, spec.commandLine().getOut());
    }
    return 0;
  }

  private Path writeConfig() throws IOException {
    Path file = output.resolve("memory.yaml");
    String text =
        CONFIG.formatted(
            output.toAbsolutePath().normalize(),
            shared.toAbsolutePath().normalize(),
            train,
            epochs);
    return Files.writeString(file, text);
  }

  private static Path metrics(RunConfig run) {
    if (!run.work().uri().isFile()) {
      throw new TaustreamException(
          "work is %s; epochs are told apart by the metrics log, so set work to a local folder"
              .formatted(run.work().uri()));
    }
    return run.work().uri().child(run.run()).toPath().resolve("metrics.jsonl");
  }

  private Process start(String... arguments) throws IOException {
    Path launcher = Path.of(System.getProperty("taustream.home"), "taustream");
    ProcessBuilder builder = new ProcessBuilder(launcher.toString());
    builder.command().addAll(List.of(arguments));
    builder.environment().put("TAUSTREAM_OPTS", "-Xmx" + heap);
    return builder
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(output.resolve(arguments[0] + ".log").toFile())
        .start();
  }

  private static void print(List<Long> byEpoch, long peak, Path csv, PrintWriter out) {
    out.println("| epoch | resident, MiB |");
    out.println("| --- | --- |");
    for (int epoch = 0; epoch < byEpoch.size(); epoch++) {
      out.println("| %d | %d |".formatted(epoch + 1, byEpoch.get(epoch) >> 10));
    }
    out.println("largest: %d MiB; curve: %s".formatted(peak >> 10, csv));
    if (byEpoch.size() > 2) {
      double growth = 100.0 * byEpoch.get(byEpoch.size() - 1) / byEpoch.get(1) - 100;
      out.println(
          String.format(
              Locale.ROOT, "growth from epoch 2 to %d: %+.1f %%", byEpoch.size(), growth));
    }
    out.flush();
  }
}
