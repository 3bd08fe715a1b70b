package io.taustream.teacher;

import static io.taustream.teacher.ModelBuilder.FLOAT32;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.taustream.ingest.batch.ImageBatch;
import io.taustream.storage.TaustreamException;
import io.taustream.storage.label.SoftLabelBatch;
import io.taustream.storage.object.ObjectStore;
import io.taustream.storage.object.ObjectStores;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models with an operator that a library of the user's has. */
class CustomOperatorsTest {
  private static final int SIZE = 4;
  private static final int CLASSES = 5;

  private final BufferAllocator allocator = new RootAllocator();
  private final ObjectStore objects = ObjectStores.open(Optional.empty());
  @TempDir Path folder;

  @AfterEach
  void nothingLeaks() {
    objects.close();
    allocator.close();
  }

  /** {@link ModelBuilder#linear} with half of its logits. */
  private ModelFile halved() {
    return new ModelBuilder()
        .domain("example", 1)
        .input("input", FLOAT32, -1, 3, SIZE, SIZE)
        .flattenAndMultiply("input", 3 * SIZE * SIZE, CLASSES, "whole")
        .nodeIn("example", "Halve", List.of("whole"), "logits")
        .output("logits", FLOAT32, -1, CLASSES)
        .write(folder.resolve("halved.onnx"));
  }

  private TeacherRequest request(ModelFile model, Map<String, String> options) {
    return new TeacherRequest(
        "t",
        Optional.of(model.uri()),
        new DataShape(CLASSES, SIZE),
        new ExecutionSettings(new Device.Cpu(), 1),
        new TeacherOptions(options, folder),
        allocator,
        objects,
        folder);
  }

  private Teacher open(ModelFile model, Map<String, String> options) {
    return TeacherProviders.installed().open("onnx", request(model, options));
  }

  /** Compiles the library where the machine has a C compiler. */
  private Path library(String name) throws IOException, InterruptedException, URISyntaxException {
    assumeThat(System.getProperty("os.name")).isEqualTo("Linux");
    boolean compiler =
        Arrays.stream(System.getenv("PATH").split(":"))
            .anyMatch(path -> Files.isExecutable(Path.of(path, "cc")));
    assumeThat(compiler).as("a C compiler, cc").isTrue();
    Path source = Path.of(getClass().getResource("/custom-operators/halve.c").toURI());
    Path library = folder.resolve(name);
    Process cc =
        new ProcessBuilder("cc", "-shared", "-fPIC", "-o", library.toString(), source.toString())
            .inheritIO()
            .start();
    assertThat(cc.waitFor()).isZero();
    return library;
  }

  private float[] logits(Teacher teacher) {
    try (ImageBatch images = TestImages.random(allocator, 3, SIZE, 1);
        SoftLabelBatch labels = teacher.label(images)) {
      FloatBuffer values = labels.logits();
      float[] logits = new float[values.limit()];
      values.get(logits);
      return logits;
    }
  }

  @Test
  void runsAnOperatorOfALibrary() throws IOException, InterruptedException, URISyntaxException {
    library("halve.so");
    ModelFile plain = ModelBuilder.linear(-1, SIZE, CLASSES).write(folder.resolve("plain.onnx"));
    float[] whole;
    try (Teacher teacher = open(plain, Map.of())) {
      whole = logits(teacher);
    }

    try (Teacher teacher = open(halved(), Map.of("custom-operators", "halve.so"))) {
      float[] half = logits(teacher);
      for (int i = 0; i < whole.length; i++) {
        assertThat(half[i]).isEqualTo(whole[i] / 2);
      }
    }
  }

  @Test
  void theLibraryIsPartOfTheIdentity()
      throws IOException, InterruptedException, URISyntaxException {
    Path library = library("halve.so");
    Path other = folder.resolve("other.so");
    byte[] bytes = Files.readAllBytes(library);
    Files.write(other, Arrays.copyOf(bytes, bytes.length + 1));
    Files.write(folder.resolve("same.so"), bytes);

    TeacherIdentity identity = identity("halve.so");

    assertThat(identity("same.so")).isEqualTo(identity);
    assertThat(identity("other.so")).isNotEqualTo(identity);
  }

  private TeacherIdentity identity(String library) {
    try (Teacher teacher = open(halved(), Map.of("custom-operators", library))) {
      return teacher.identity();
    }
  }

  @Test
  void inspectsAModelWithALibrary() throws IOException, InterruptedException, URISyntaxException {
    ModelFile model = halved().withCustomOperators(library("halve.so"));

    assertThat(TeacherInspection.of(model, Optional.empty()).card()).isPresent();
  }

  @Test
  void saysThatALibraryIsMissing() {
    ModelFile model = halved();
    assertThatThrownBy(() -> open(model, Map.of()).close())
        .isInstanceOf(TaustreamException.class)
        .hasMessageContainingAll("halved.onnx", "Halve", "library of its custom operators");
    assertThatThrownBy(() -> open(model, Map.of("custom-operators", "absent.so")).close())
        .isInstanceOf(TaustreamException.class)
        .hasMessageContainingAll("halved.onnx", "absent.so", "does not exist");
  }

  @Test
  void refusesAFileThatIsNoLibrary() throws IOException {
    Files.writeString(folder.resolve("text.so"), "no library");
    ModelFile model = halved();
    assertThatThrownBy(() -> open(model, Map.of("custom-operators", "text.so")).close())
        .isInstanceOf(TaustreamException.class)
        .hasMessageContainingAll("halved.onnx", "cannot load its custom operators")
        .hasMessageContaining("RegisterCustomOps");
  }
}
