package io.taustream.teacher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.taustream.storage.TaustreamException;
import io.taustream.storage.document.DocumentException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A card that says where its model runs. */
class CardDeviceTest {
  private static final int SIZE = 4;
  private static final int CLASSES = 5;

  private final BufferAllocator allocator = new RootAllocator();
  @TempDir Path folder;

  @AfterEach
  void nothingLeaks() {
    allocator.close();
  }

  @Test
  void overridesTheRunsDevice() throws IOException {
    assumeFalse(DeviceSelection.providers().contains("CUDA"), "this ONNX Runtime has CUDA");
    ModelFile model = model("device: cpu\n");
    try (OnnxTeacher teacher = open(model, "cuda:1")) {
      assertThat(teacher.device()).isEqualTo("cpu");
    }
    ModelFile elsewhere = model("device: tensorrt\n");
    assertThatThrownBy(() -> open(elsewhere, "cpu"))
        .isInstanceOf(TaustreamException.class)
        .hasMessageContaining("device tensorrt:0 is asked for, but this ONNX Runtime offers only");
  }

  @Test
  void isNoPartOfWhoTheTeacherIs() throws IOException {
    TeacherIdentity without = identity(model("channels: bgr\n"));
    assertThat(identity(model("channels: bgr\ndevice: cpu\n"))).isEqualTo(without);
    assertThat(identity(model("channels: bgr\ndevice: auto\n"))).isEqualTo(without);
    assertThat(identity(model("channels: rgb\n"))).isNotEqualTo(without);
  }

  @Test
  void isWrittenIntoTheCardThatIsShown() throws IOException {
    ModelFile model = model("device: openvino:GPU.1\n");
    TeacherCard card = TeacherInspection.of(model, Optional.empty()).card().orElseThrow();
    assertThat(card.device()).contains(new Device.OpenVino("GPU.1"));
    assertThat(card.toYaml()).endsWith("device: 'openvino:GPU.1'\n");
    ModelFile again = model(card.toYaml());
    assertThat(TeacherInspection.of(again, Optional.empty()).card()).contains(card);
  }

  @Test
  void refusesAnUnknownDeviceAndNamesTheLine() throws IOException {
    ModelFile model = model("size: 4\ndevice: gpu\n");
    assertThatThrownBy(() -> open(model, "cpu"))
        .isInstanceOf(DocumentException.class)
        .hasMessageContaining("m.yaml:2: device: found 'gpu'")
        .hasMessageContaining("openvino:DEVICE");
  }

  @Test
  void isNothingThatAModelSaysOfItself() {
    ModelFile model =
        ModelBuilder.linear(-1, SIZE, CLASSES)
            .metadata("taustream.device", "cuda")
            .write(folder.resolve("m.onnx"));
    try (OnnxTeacher teacher = open(model, "cpu")) {
      assertThat(teacher.device()).isEqualTo("cpu");
      assertThat(teacher.card().device()).isEmpty();
    }
  }

  private ModelFile model(String card) throws IOException {
    Files.writeString(folder.resolve("m.yaml"), card);
    return ModelBuilder.linear(-1, SIZE, CLASSES).write(folder.resolve("m.onnx"));
  }

  private TeacherIdentity identity(ModelFile model) {
    try (OnnxTeacher teacher = open(model, "cpu")) {
      return teacher.identity();
    }
  }

  private OnnxTeacher open(ModelFile model, String device) {
    return OnnxTeacher.open(
        "t",
        model,
        new DataShape(CLASSES, SIZE),
        new ExecutionSettings(Device.parse(device), 1),
        allocator);
  }
}
