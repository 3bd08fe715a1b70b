package io.taustream.teacher;

import static io.taustream.teacher.ModelBuilder.FLOAT32;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taustream.storage.TaustreamException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelFileTest {
  private static final int SIZE = 2;
  private static final int FEATURES = 3 * SIZE * SIZE;
  private static final int CLASSES = 3;

  @TempDir Path folder;

  @Test
  void usesALocalModelWhereItLies() {
    Path path = folder.resolve("m.onnx");
    ModelFile model = ModelBuilder.linear(-1, SIZE, CLASSES).write(path);
    assertThat(model.path()).isEqualTo(path);
    assertThat(model.card()).isEmpty();
    assertThat(folder.resolve("cache")).doesNotExist();
  }

  @Test
  void findsTheCardBesideTheModel() throws IOException {
    Path card = Files.writeString(folder.resolve("m.yaml"), "size: 2\n");
    assertThat(ModelBuilder.linear(-1, SIZE, CLASSES).write(folder.resolve("m.onnx")).card())
        .contains(card);
  }

  @Test
  void refusesAMissingFile() {
    assertThatThrownBy(() -> ModelBuilder.fetch(folder.resolve("none.onnx")))
        .isInstanceOf(TaustreamException.class)
        .hasMessageContaining("none.onnx does not exist");
  }

  @Test
  void refusesAFileThatIsNoOnnx() throws IOException {
    Path path = Files.writeString(folder.resolve("text.onnx"), "this is no model at all\n");
    assertThatThrownBy(() -> ModelBuilder.fetch(path))
        .isInstanceOf(TaustreamException.class)
        .hasMessageContaining("text.onnx is no ONNX model");
  }

  @Test
  void refusesAnEmptyFile() throws IOException {
    Path path = Files.createFile(folder.resolve("empty.onnx"));
    assertThatThrownBy(() -> ModelBuilder.fetch(path))
        .isInstanceOf(TaustreamException.class)
        .hasMessageContaining("empty.onnx is no ONNX model")
        .hasMessageContaining("0 bytes");
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.01, 0.2, 0.5, 0.9, 0.99})
  void refusesATruncatedFile(double share) throws IOException {
    byte[] whole = ModelBuilder.linear(-1, SIZE, CLASSES).bytes();
    Path path = folder.resolve("cut.onnx");
    Files.write(path, Arrays.copyOf(whole, (int) (whole.length * share)));
    assertThatThrownBy(() -> ModelBuilder.fetch(path))
        .isInstanceOf(TaustreamException.class)
        .hasMessageContaining("cut.onnx is no ONNX model, or not all of one");
  }

  @Test
  void readsExternalDataAndHashesIt() throws IOException {
    Files.createDirectory(folder.resolve("data"));
    writeWeights(folder.resolve("data/weights.bin"), 1);
    String one = sha256(external("data/weights.bin").write(folder.resolve("m.onnx")));
    writeWeights(folder.resolve("data/weights.bin"), 2);
    String two = sha256(external("data/weights.bin").write(folder.resolve("m.onnx")));
    assertThat(two).isNotEqualTo(one);
  }

  @Test
  void hashesExternalDataOfSparseConstants() throws IOException {
    writeWeights(folder.resolve("weights.bin"), 1);
    String one = sha256(externalSparse("weights.bin").write(folder.resolve("m.onnx")));
    writeWeights(folder.resolve("weights.bin"), 2);
    String two = sha256(externalSparse("weights.bin").write(folder.resolve("m.onnx")));
    assertThat(two).isNotEqualTo(one);
  }

  @Test
  void refusesMissingExternalData() {
    assertThatThrownBy(() -> external("weights.bin").write(folder.resolve("m.onnx")))
        .isInstanceOf(TaustreamException.class)
        .hasMessageContaining("m.onnx")
        .hasMessageContaining("'weights.bin' is missing");
  }

  @Test
  void refusesExternalDataThatIsTooShort() throws IOException {
    Files.write(folder.resolve("weights.bin"), new byte[10]);
    assertThatThrownBy(() -> external("weights.bin").write(folder.resolve("m.onnx")))
        .isInstanceOf(TaustreamException.class)
        .hasMessageContaining("m.onnx")
        .hasMessageContaining("weights.bin has 10 bytes, the model reads 144");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../weights.bin", "a/../../weights.bin", "/etc/passwd", "", "."})
  void refusesExternalDataOutsideTheModelsFolder(String location) throws IOException {
    Path inner = Files.createDirectory(folder.resolve("inner"));
    writeWeights(folder.resolve("weights.bin"), 1);
    assertThatThrownBy(() -> external(location).write(inner.resolve("m.onnx")))
        .isInstanceOf(TaustreamException.class)
        .hasMessageContaining("m.onnx")
        .hasMessageContaining("'" + location + "' lies outside the model's folder");
  }

  static ModelBuilder external(String location) {
    return new ModelBuilder()
        .input("input", FLOAT32, -1, 3, SIZE, SIZE)
        .externalWeights("weights", FEATURES, CLASSES, location)
        .node("Flatten", List.of("input"), "flat")
        .node("MatMul", List.of("flat", "weights"), "logits")
        .output("logits", FLOAT32, -1, CLASSES);
  }

  static ModelBuilder externalSparse(String location) {
    return new ModelBuilder()
        .input("input", FLOAT32, -1, 3, SIZE, SIZE)
        .externalSparseConstant("weights", FEATURES, CLASSES, location)
        .node("Flatten", List.of("input"), "flat")
        .node("MatMul", List.of("flat", "weights"), "logits")
        .output("logits", FLOAT32, -1, CLASSES);
  }

  private static void writeWeights(Path path, float value) throws IOException {
    ByteBuffer bytes =
        ByteBuffer.allocate(FEATURES * CLASSES * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      bytes.putFloat(value);
    }
    Files.write(path, bytes.array());
  }

  static String sha256(ModelFile model) {
    try (RootAllocator allocator = new RootAllocator();
        OnnxTeacher teacher =
            OnnxTeacher.open(
                "t",
                model,
                new DataShape(CLASSES, SIZE),
                new ExecutionSettings(new Device.Cpu(), 1),
                allocator)) {
      return teacher.identity().sha256();
    }
  }
}
