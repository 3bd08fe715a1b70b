package io.taustream.student.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import io.taustream.storage.TaustreamException;
import io.taustream.student.model.Student.NamedTensor;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;

/** The modules are those of {@code make_modules.py} beside them. */
class TorchScriptStudentTest {
  private static final int SIZE = 16;

  private static byte[] file(String module) {
    try (InputStream file =
        TorchScriptStudentTest.class.getResourceAsStream("/torchscript/" + module)) {
      return file.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static TorchScriptStudent student(String module) {
    return student(module, file(module), 7);
  }

  private static TorchScriptStudent student(String name, byte[] file, long seed) {
    return TorchScriptStudent.load(
        name, file, 3, SIZE, PixelNormalisation.IMAGENET, seed, Device.cpu());
  }

  private static float[] logits(Student student, boolean training) {
    try (NDManager step = student.manager().newSubManager()) {
      return student.logits(TrainingSteps.images(step, 4, SIZE, 1), training).toFloatArray();
    }
  }

  private static NDArray named(List<NamedTensor> tensors, String name) {
    return tensors.stream()
        .filter(tensor -> tensor.name().equals(name))
        .findFirst()
        .orElseThrow()
        .tensor();
  }

  @Test
  void takesParametersAndBuffersFromTheModule() {
    try (Student student = student("cnn.pt")) {
      assertThat(student.parameters())
          .extracting(NamedTensor::name)
          .containsExactly(
              "conv1.weight",
              "conv1.bias",
              "bn1.weight",
              "bn1.bias",
              "conv2.weight",
              "bn2.weight",
              "bn2.bias",
              "fc.weight",
              "fc.bias");
      assertThat(student.statistics())
          .extracting(NamedTensor::name)
          .containsExactly(
              "bn1.running_mean",
              "bn1.running_var",
              "bn1.num_batches_tracked",
              "bn2.running_mean",
              "bn2.running_var",
              "bn2.num_batches_tracked",
              "training passes");
    }
  }

  @Test
  void learnsABatchByHeart() {
    try (Student student = student("cnn.pt")) {
      float first = TrainingSteps.take(student, 0.2, 1);
      float last = first;
      for (int step = 0; step < 200; step++) {
        last = TrainingSteps.take(student, 0.2, 1);
      }
      assertThat(first).isGreaterThan(0.8f);
      assertThat(last).isLessThan(first / 4);
    }
  }

  @Test
  void movesRunningStatisticsInTrainingAndNothingInEvaluation() {
    try (Student student = student("cnn.pt")) {
      NDArray mean = named(student.statistics(), "bn1.running_mean");
      float[] first = logits(student, false);
      assertThat(logits(student, false)).isEqualTo(first);
      assertThat(mean.toFloatArray()).containsOnly(0f);

      logits(student, true);

      assertThat(mean.toFloatArray()).doesNotContain(0f);
      assertThat(named(student.statistics(), "bn1.num_batches_tracked").getLong()).isEqualTo(1);
      assertThat(logits(student, false)).isNotEqualTo(first);
    }
  }

  @Test
  void keepsATracedModuleInTheModeInWhichItWasTraced() {
    try (Student student = student("traced.pt")) {
      float[] evaluated = logits(student, false);
      assertThat(logits(student, true)).isEqualTo(evaluated);
      assertThat(named(student.statistics(), "bn.running_mean").toFloatArray()).containsOnly(0f);

      TrainingSteps.take(student, 0.1, 1);

      assertThat(logits(student, false)).isNotEqualTo(evaluated);
    }
  }

  @Test
  void leavesFrozenParametersAlone() {
    try (Student student = student("half-frozen.pt")) {
      float[] frozen = named(student.statistics(), "conv1.weight").toFloatArray();
      float[] trained = named(student.parameters(), "conv2.weight").toFloatArray();

      TrainingSteps.take(student, 0.1, 1);

      assertThat(named(student.statistics(), "conv1.weight").toFloatArray()).isEqualTo(frozen);
      assertThat(named(student.parameters(), "conv2.weight").toFloatArray()).isNotEqualTo(trained);
    }
  }

  @Test
  void drawsItsRandomNumbersFromTheSeed() {
    try (Student one = student("cnn.pt", file("cnn.pt"), 7);
        Student same = student("cnn.pt", file("cnn.pt"), 7);
        Student other = student("cnn.pt", file("cnn.pt"), 8)) {
      // Dropout takes one value in ten, so that a few passes differ for sure.
      for (int pass = 0; pass < 3; pass++) {
        float[] drawn = logits(one, true);
        assertThat(logits(same, true)).isEqualTo(drawn);
        assertThat(logits(other, true)).isNotEqualTo(drawn);
      }
    }
  }

  @Test
  void writesTheTrainedModuleWithItsBuffersAsBuffers() {
    try (TorchScriptStudent student = student("cnn.pt")) {
      for (int step = 0; step < 3; step++) {
        TrainingSteps.take(student, 0.1, step);
      }

      byte[] exported = student.toTorchScript();

      try (TorchScriptStudent again = student("again.pt", exported, 7)) {
        assertThat(logits(again, false)).isEqualTo(logits(student, false));
        assertThat(again.parameters()).hasSameSizeAs(student.parameters());
        assertThat(again.statistics()).hasSameSizeAs(student.statistics());
      }
      assertThat(parametersThatLibtorchSees(exported))
          .containsExactlyElementsOf(student.parameters().stream().map(NamedTensor::name).toList());
      assertThat(plainly(exported)).containsExactly(logits(student, false), within(1e-5f));
      // And the student can go on.
      TrainingSteps.take(student, 0.1, 4);
    }
  }

  private static List<String> parametersThatLibtorchSees(byte[] file) {
    try (NDManager manager = TorchEngine.get().newBaseManager();
        PtSymbolBlock module = load(file, manager)) {
      return JniUtils.moduleGetParams(module, (PtNDManager) manager).stream()
          .map(NDArray::getName)
          .toList();
    }
  }

  /** The logits of a module as it comes out of its file, from an input normalised here. */
  private static float[] plainly(byte[] file) {
    try (NDManager manager = TorchEngine.get().newBaseManager();
        PtSymbolBlock module = load(file, manager)) {
      NDArray mean = manager.create(new float[] {0.485f, 0.456f, 0.406f});
      NDArray deviation = manager.create(new float[] {0.229f, 0.224f, 0.225f});
      NDArray input =
          TrainingSteps.images(manager, 4, SIZE, 1)
              .toType(DataType.FLOAT32, true)
              .div(manager.create(255f))
              .sub(mean)
              .div(deviation)
              .transpose(0, 3, 1, 2);
      return IValueUtils.forward(module, new NDList(input), false).get(0).toFloatArray();
    }
  }

  private static PtSymbolBlock load(byte[] file, NDManager manager) {
    try {
      return JniUtils.loadModule(
          (PtNDManager) manager, new ByteArrayInputStream(file), true, false);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void keepsNoTensorOfAStep() {
    try (Student student = student("cnn.pt")) {
      TrainingSteps.take(student, 0.1, 1);
      int tensors = student.manager().getManagedArrays().size();
      for (int step = 0; step < 10; step++) {
        TrainingSteps.take(student, 0.1, step);
        logits(student, false);
      }
      assertThat(student.manager().getManagedArrays()).hasSize(tensors);
      try (NDManager step = student.manager().newSubManager()) {
        NDArray images = TrainingSteps.images(step, 2, SIZE, 1);
        NDArray logits = student.logits(images, true);
        assertThat(logits.getShape()).isEqualTo(new Shape(2, 3));
        assertThat(step.getManagedArrays()).containsExactlyInAnyOrder(images, logits);
      }
    }
  }

  @Test
  void refusesAnotherNumberOfClasses() {
    refuses(
        "four-classes.pt", "gives float32 (2, 4)", "float32 (2, 3) is expected", "data.classes 3");
  }

  @Test
  void refusesTwoOutputs() {
    refuses("pair.pt", "gives 2 tensors", "one tensor");
  }

  @Test
  void refusesAModuleWithoutTrainableParameters() {
    refuses("frozen.pt", "no trainable parameter", "without torch.jit.freeze");
  }

  @Test
  void refusesParametersOfDoublePrecision() {
    refuses("double.pt", "conv1.weight of float64", "module.float()");
  }

  @Test
  void refusesTensorsWithoutCode() {
    refuses("state-dict.pt", "has no code", "torch.jit.script");
  }

  @Test
  void refusesWhatIsNoTorchScript() {
    byte[] text = "no module".getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> student("text.pt", text, 7))
        .isInstanceOf(TaustreamException.class)
        .hasMessageContaining("text.pt is no TorchScript file")
        .hasMessageContaining("torch.jit.script");
  }

  @Test
  void refusesCodeThatDoesNotListItsBuffers() throws IOException {
    byte[] old =
        edited(
            TorchScriptArchive.of("cnn.pt", file("cnn.pt")).withoutBuffers(),
            "__buffers__ = []",
            "pass");
    assertThatThrownBy(() -> student("old.pt", old, 7))
        .isInstanceOf(TaustreamException.class)
        .hasMessageContaining("old.pt does not say in")
        .hasMessageContaining("which tensors are buffers");
  }

  private static byte[] edited(byte[] archive, String found, String replacement)
      throws IOException {
    ByteArrayOutputStream edited = new ByteArrayOutputStream();
    try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(archive));
        ZipOutputStream out = new ZipOutputStream(edited)) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        String content = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        out.putNextEntry(new ZipEntry(entry.getName()));
        out.write(content.replace(found, replacement).getBytes(StandardCharsets.ISO_8859_1));
      }
    }
    return edited.toByteArray();
  }

  @Test
  void refusesCodeThatLibtorchCannotRead() {
    byte[] spoilt =
        new String(file("cnn.pt"), StandardCharsets.ISO_8859_1)
            .replace("data.pkl", "gone.pkl")
            .getBytes(StandardCharsets.ISO_8859_1);
    assertThatThrownBy(() -> student("spoilt.pt", spoilt, 7))
        .isInstanceOf(TaustreamException.class)
        .hasMessageContaining("spoilt.pt cannot be loaded")
        .hasMessageContaining("data.pkl");
  }

  @Test
  void saysWhatFailsInAModuleThatTakesAnotherSize() {
    assertThatThrownBy(
            () ->
                TorchScriptStudent.load(
                    "traced.pt",
                    file("traced.pt"),
                    3,
                    32,
                    PixelNormalisation.IMAGENET,
                    7,
                    Device.cpu()))
        .isInstanceOf(TaustreamException.class)
        .hasMessageContaining("traced.pt cannot take 2 images, float32 (2, 3, 32, 32)")
        .hasMessageContaining("shapes cannot be multiplied")
        .hasMessageContaining("view.size");
  }

  private static void refuses(String module, String... parts) {
    assertThatThrownBy(() -> student(module))
        .isInstanceOf(TaustreamException.class)
        .hasMessageContaining(module)
        .hasMessageContainingAll(parts);
  }
}
