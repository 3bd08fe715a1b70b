package io.taustream.pipeline.command;

import io.taustream.pipeline.config.RunConfig;
import io.taustream.pipeline.graph.Resources;
import io.taustream.pipeline.graph.TeacherVerifying;
import io.taustream.storage.TaustreamException;
import io.taustream.storage.object.ObjectUri;
import io.taustream.teacher.ModelFile;
import io.taustream.teacher.verify.TeacherVerdict;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code taustream teacher verify}. */
@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    description = {
      "Judges a teacher by labelled samples: its accuracy, whether class order, channels,"
          + " normalisation and kind of output are as its card says, and its speed.",
      "Fails where they are not."
    })
final class TeacherVerifyCommand implements Callable<Integer> {
  @Mixin private CardOptions card;
  @Mixin private ModelOptions options;
  @Mixin private Output output;
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "MODEL.onnx", description = "A path or s3://bucket/key.")
  private String model;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "CONFIG",
      description = "A run's configuration: its data.test, or else data.train, is used.")
  private Path config;

  @Option(
      names = "--samples",
      paramLabel = "N",
      defaultValue = "1000",
      description = "How many samples to judge by, as many of each class: ${DEFAULT-VALUE}.")
  private int samples;

  @Option(
      names = "--time",
      paramLabel = "SECONDS",
      defaultValue = "10",
      description = "How long the speed may be measured: ${DEFAULT-VALUE}.")
  private int seconds;

  @Override
  public Integer call() {
    if (samples < 1 || seconds < 0) {
      throw new ParameterException(
          spec.commandLine(),
          "--samples is %d and --time is %d; at least 1 and 0 are allowed"
              .formatted(samples, seconds));
    }
    RunConfig run = RunConfig.read(config);
    try (Resources resources = new Resources(run)) {
      TeacherVerifying verifying = new TeacherVerifying(run, resources);
      ModelFile file = options.addTo(verifying.fetch(ObjectUri.parse(model, Path.of(""))));
      TeacherVerifying.Summary summary =
          verifying.verify(file, samples, Duration.ofSeconds(seconds));
      TeacherVerdict verdict = summary.verdict();
      List<String> failures = new ArrayList<>();
      verdict.faultLine(model).ifPresent(failures::add);
      String written = card.write() ? write(summary, failures) : "";
      Map<String, Object> json = VerdictResults.json(model, summary);
      json.put("written", written.isEmpty() ? null : written);
      output.print(
          json,
          VerdictResults.text(model, summary) + (written.isEmpty() ? "" : "\nwritten: " + written));
      if (!failures.isEmpty()) {
        throw new TaustreamException(String.join("; ", failures));
      }
      return ExitStatus.DONE;
    }
  }

  /** Where the card was written; empty where it was not, with the reason among the failures. */
  private String write(TeacherVerifying.Summary summary, List<String> failures) {
    try {
      card.write(
          summary.card(),
          summary.verdict().corrected(),
          "How to feed this model; verified by Taustream on %d samples."
              .formatted(summary.verdict().samples()));
      return summary.card().uri().toString();
    } catch (TaustreamException e) {
      failures.add(e.getMessage());
      return "";
    }
  }
}
