package io.taustream.pipeline.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs whose student is a TorchScript module. The modules were made by {@code make_modules.py} of
 * the student-trainer's test resources.
 */
class TorchScriptRunTest {
  @TempDir Path folder;
  private TinyRun run;

  @BeforeEach
  void writeRun() {
    run = TinyRun.in(folder);
    run.edit("student: {model: resnet8}", "student: {torchscript: modules/student.pt}");
    module("cnn.pt");
  }

  private void module(String name) {
    run.write(folder.resolve("modules/student.pt"), resource(name));
  }

  private static byte[] resource(String name) {
    try (InputStream module =
        TorchScriptRunTest.class.getResourceAsStream("/torchscript/" + name)) {
      return module.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void trainsEvaluatesAndExportsAModule() {
    JsonNode trained = run.command("run", "CONFIG", "--json").isDone().json();
    assertThat(trained.get("steps").asInt()).isEqualTo(TinyRun.STEPS);
    assertThat(run.results().resolve("student.pt")).isNotEmptyFile();
    assertThat(run.results().resolve("student.yaml")).content().contains("export of a student.pt");
    assertThat(run.results().resolve("student.onnx")).doesNotExist();
    assertThat(run.results().resolve("report.html")).content().contains("student.pt");

    JsonNode evaluated = run.command("eval", "CONFIG", "--json").isDone().json();
    assertThat(evaluated.get("student")).isEqualTo(trained.get("student"));

    Path output = folder.resolve("out/exported.pt");
    JsonNode exported =
        run.command("export", "CONFIG", "--output", output.toString(), "--json").isDone().json();
    assertThat(exported.get("student").asText()).isEqualTo("student.pt");
    assertThat(TinyRun.read(output))
        .isEqualTo(TinyRun.read(run.results().resolve("student.pt")))
        .isNotEqualTo(resource("cnn.pt"));
    assertThat(folder.resolve("out/exported.yaml")).content().contains("size: 16", "classes: 3");
  }

  @Test
  void refusesToExportOnnx() {
    run.command("export", "CONFIG", "--output", "student.onnx")
        .failed(2, "--output is student.onnx", ".pt", "torch.onnx.export", "docs/formats.md");
  }

  @Test
  void refusesToGoOnWithAnotherModule() {
    run.command("run", "CONFIG").isDone();
    module("half-frozen.pt");

    run.command("eval", "CONFIG").failed(1, "made with another configuration");
  }

  @Test
  void namesTheModuleThatDoesNotFit() {
    module("four-classes.pt");

    run.command("run", "CONFIG").failed(1, "student.pt", "(2, 4)", "data.classes 3");
  }

  @Test
  void namesTheModuleThatIsMissing() {
    run.edit("modules/student.pt", "modules/absent.pt");

    run.command("run", "CONFIG").failed(1, "absent.pt", "does not exist");
  }
}
