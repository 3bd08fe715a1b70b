package io.taustream.pipeline.graph;

import io.taustream.pipeline.config.ConfigurationException;
import io.taustream.pipeline.config.RunConfig;
import io.taustream.storage.TaustreamException;
import io.taustream.storage.object.ObjectUri;
import io.taustream.storage.object.WriteCondition;
import io.taustream.student.evaluate.Evaluation;
import io.taustream.student.onnx.OnnxExport;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What is done with a student's last checkpoint: evaluation and export. Blocking. */
public final class Evaluating {
  private final RunConfig config;
  private final Resources resources;
  private final String version;

  public Evaluating(RunConfig config, Resources resources, String version) {
    this.config = config;
    this.resources = resources;
    this.version = version;
  }

  /**
   * A student's quality.
   *
   * @param step of the checkpoint
   * @param teacher absent where the test data has not been labelled
   */
  public record Summary(long step, Evaluation student, Optional<Evaluation> teacher) {}

  /**
   * An exported student.
   *
   * @param step of the checkpoint
   * @param bytes of the model
   */
  public record Exported(Path model, Path card, long step, long bytes) {}

  /** Evaluates on the test data. */
  public Summary evaluate() {
    if (config.data().test().isEmpty()) {
      throw new ConfigurationException(
          "data.test: there is no test data to evaluate on; add its pattern");
    }
    DataSources data = DataSources.open(config.data(), resources.objects());
    return withStudent(
        (student, teachers) -> {
          TestSet test = TestSetFactory.of(config, resources, data, teachers).orElseThrow();
          return new Summary(
              student.progress().step(),
              test.evaluate(student.evaluator(resources.workers())).block(),
              TestSetFactory.evaluateTeacher(config, data, teachers));
        });
  }

  /**
   * Writes the student, and its card beside it.
   *
   * @param file its name ends as the student's format asks: {@code .onnx}, or {@code .pt} for a
   *     TorchScript student
   */
  public Exported export(Path file) {
    String name = file.getFileName().toString();
    StudentFormat format = StudentFormat.of(config.student());
    if (!name.endsWith(format.ending())) {
      throw new ConfigurationException(
          "--output is %s; %s is allowed".formatted(file, format.allowedNames()));
    }
    Path card =
        file.resolveSibling(name.substring(0, name.length() - format.ending().length()) + ".yaml");
    return withStudent(
        (student, teachers) -> {
          byte[] model = format.model(student.student());
          write(file, model);
          write(card, OnnxExport.card(student.student()).getBytes(StandardCharsets.UTF_8));
          return new Exported(file, card, student.progress().step(), model.length);
        });
  }

  private void write(Path file, byte[] content) {
    resources
        .objects()
        .write(ObjectUri.ofFile(file), ByteBuffer.wrap(content), new WriteCondition.Always())
        .block();
  }

  @FunctionalInterface
  private interface Use<T> {
    T apply(StudentAssembly student, List<TeacherSlot> teachers);
  }

  private <T> T withStudent(Use<T> use) {
    RunFolder folder = RunFolder.of(config, resources);
    List<TeacherSlot> teachers = TeacherSlot.all(config, resources, version);
    try (StudentAssembly student =
        StudentAssembly.open(config, resources, folder, RunFingerprint.of(config, teachers))) {
      if (!student.resumed()) {
        throw new TaustreamException(
            "run %s has no checkpoint under %s; train it first: taustream train CONFIG"
                .formatted(config.run(), folder.checkpoints()));
      }
      try {
        return use.apply(student, teachers);
      } finally {
        resources.workers().settle();
      }
    } finally {
      teachers.forEach(TeacherSlot::close);
    }
  }
}
