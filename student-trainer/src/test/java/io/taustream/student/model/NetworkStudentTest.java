package io.taustream.student.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.util.Utils;
import io.taustream.student.model.Student.NamedTensor;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class NetworkStudentTest {
  private static final long MEBIBYTE = 1 << 20;

  private static NetworkStudent resnet8(long seed) {
    return StudentModels.create("resnet8", 10, 32, PixelNormalisation.IMAGENET, seed, Device.cpu());
  }

  private static NamedTensor named(List<NamedTensor> tensors, String name) {
    return tensors.stream().filter(tensor -> tensor.name().equals(name)).findFirst().orElseThrow();
  }

  private static float[] logits(Student student, boolean training) {
    try (NDManager step = student.manager().newSubManager()) {
      return student
          .logits(TrainingSteps.images(step, 4, student.imageSize(), 1), training)
          .toFloatArray();
    }
  }

  @Test
  void learnsABatchByHeart() {
    try (NetworkStudent student = resnet8(7)) {
      float first = TrainingSteps.take(student, 0.1, 1);
      float last = first;
      for (int step = 0; step < 60; step++) {
        last = TrainingSteps.take(student, 0.1, 1);
      }
      assertThat(first).isGreaterThan(1.5f);
      assertThat(last).isLessThan(first / 4);
    }
  }

  @Test
  void keepsNoTensorOfAStep() throws IOException {
    Path status = Path.of("/proc/self/status");
    Assumptions.assumeTrue(Files.exists(status), "resident memory is read from /proc");
    try (NetworkStudent student = resnet8(7)) {
      for (int step = 0; step < 60; step++) {
        TrainingSteps.take(student, 0.01, step);
        logits(student, false);
      }
      int tensors = student.manager().getManagedArrays().size();
      long resident = resident(status);

      for (int step = 0; step < 200; step++) {
        TrainingSteps.take(student, 0.01, step);
        logits(student, false);
      }

      assertThat(student.manager().getManagedArrays()).hasSize(tensors);
      // One feature map of the first stage kept each step would be 100 MiB.
      assertThat(resident(status) - resident).isLessThan(40 * MEBIBYTE);
    }
  }

  private static long resident(Path status) throws IOException {
    String line =
        Files.readAllLines(status).stream()
            .filter(text -> text.startsWith("VmRSS"))
            .findFirst()
            .orElseThrow();
    return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
  }

  @Test
  void leavesOnlyTheLogitsOnTheStepsManager() {
    try (NetworkStudent student = resnet8(7);
        NDManager step = student.manager().newSubManager()) {
      NDArray images = TrainingSteps.images(step, 2, 32, 1);
      NDArray logits = student.logits(images, true);
      assertThat(step.getManagedArrays()).containsExactlyInAnyOrder(images, logits);
    }
  }

  @Test
  void namesItsTensorsAlwaysAlike() {
    // Checkpoints and exports carry these names: to change one is to break those that exist.
    try (NetworkStudent student = resnet8(7)) {
      assertThat(student.parameters())
          .extracting(NamedTensor::name)
          .startsWith("conv1.weight", "bn1.weight", "bn1.bias", "stage1.0.conv1.weight")
          .contains("stage2.0.shortcut.conv.weight", "stage2.0.shortcut.bn.bias")
          .endsWith("fc.weight", "fc.bias")
          .doesNotHaveDuplicates();
      assertThat(student.statistics())
          .extracting(NamedTensor::name)
          .startsWith("bn1.running_mean", "bn1.running_var", "stage1.0.bn1.running_mean")
          .hasSize(18);
    }
  }

  @Test
  void keepsDjlOffTheNetwork() {
    try (NetworkStudent student = resnet8(7)) {
      assertThat(Utils.isOfflineMode()).isTrue();
      assertThat(student.manager().getEngine()).isSameAs(TorchEngine.get());
    }
  }

  @Test
  void drawsTheSameWeightsFromTheSameSeed() {
    try (NetworkStudent one = resnet8(7);
        NetworkStudent same = resnet8(7);
        NetworkStudent other = resnet8(8)) {
      for (int i = 0; i < one.parameters().size(); i++) {
        assertThat(one.parameters().get(i).tensor().toFloatArray())
            .isEqualTo(same.parameters().get(i).tensor().toFloatArray());
      }
      assertThat(named(one.parameters(), "conv1.weight").tensor().toFloatArray())
          .isNotEqualTo(named(other.parameters(), "conv1.weight").tensor().toFloatArray());
    }
  }

  @Test
  void drawsConvolutionsNormalOverTheirFanOutAndLinearLayersUniform() {
    try (NetworkStudent student = resnet8(7)) {
      float[] convolution =
          named(student.parameters(), "stage3.0.conv2.weight").tensor().toFloatArray();
      double mean = average(convolution, 1);
      double variance = average(convolution, 2);
      double expected = 2.0 / (64 * 9);
      assertThat(mean).isCloseTo(0, within(4 * Math.sqrt(expected / convolution.length)));
      assertThat(variance)
          .isCloseTo(expected, within(4 * expected * Math.sqrt(2.0 / convolution.length)));
      assertThat(average(convolution, 4) / (variance * variance)).isCloseTo(3, within(0.3));

      float[] linear = named(student.parameters(), "fc.weight").tensor().toFloatArray();
      assertThat(average(linear, 2)).isCloseTo(1.0 / 64 / 3, within(0.0008));
      for (float value : linear) {
        assertThat(value).isBetween(-0.125f, 0.125f);
      }
    }
  }

  private static double average(float[] values, int power) {
    return IntStream.range(0, values.length)
        .mapToDouble(i -> Math.pow(values[i], power))
        .average()
        .orElseThrow();
  }

  @Test
  void changesNothingInEvaluation() {
    try (NetworkStudent student = resnet8(7)) {
      float[] first = logits(student, false);
      logits(student, false);
      assertThat(logits(student, false)).isEqualTo(first);
      assertThat(named(student.statistics(), "bn1.running_mean").tensor().toFloatArray())
          .containsOnly(0f);
      logits(student, true);
      assertThat(logits(student, false)).isNotEqualTo(first);
    }
  }

  @Test
  void normalisesPixelsBeforeTheFirstLayer() {
    PixelNormalisation twice =
        new PixelNormalisation(List.of(0.485, 0.456, 0.406), List.of(0.458, 0.448, 0.45));
    try (NetworkStudent student = resnet8(7);
        NetworkStudent halved = StudentModels.create("resnet8", 10, 32, twice, 7, Device.cpu())) {
      // Half the input and twice the first layer's weights are the same network.
      NamedTensor stem = named(halved.parameters(), "conv1.weight");
      Autograd.pause(() -> stem.tensor().muli(2));
      float[] expected = logits(student, false);
      float[] found = logits(halved, false);
      for (int i = 0; i < expected.length; i++) {
        assertThat(found[i]).isCloseTo(expected[i], within(1e-3f));
      }
    }
  }

  @Test
  void takesOverValuesInPlace() {
    try (NetworkStudent trained = resnet8(7);
        NetworkStudent fresh = resnet8(8)) {
      TrainingSteps.take(trained, 0.1, 1);
      int tensors = fresh.manager().getManagedArrays().size();
      List<NamedTensor> parameters = fresh.parameters();

      FloatBuffer reused = FloatBuffer.allocate(64 * 64 * 9);
      for (int i = 0; i < parameters.size(); i++) {
        assign(parameters.get(i), trained.parameters().get(i), reused);
      }
      for (int i = 0; i < fresh.statistics().size(); i++) {
        assign(fresh.statistics().get(i), trained.statistics().get(i), reused);
      }

      assertThat(logits(fresh, false)).isEqualTo(logits(trained, false));
      assertThat(fresh.manager().getManagedArrays()).hasSize(tensors);
      assertThat(TrainingSteps.take(fresh, 0.1, 2)).isEqualTo(TrainingSteps.take(trained, 0.1, 2));
      assertThat(logits(fresh, false)).isEqualTo(logits(trained, false));
    }
  }

  private static void assign(NamedTensor to, NamedTensor from, FloatBuffer reused) {
    assertThat(to.name()).isEqualTo(from.name());
    reused.clear().put(from.tensor().toFloatArray()).flip();
    to.assign(reused);
  }

  @Test
  void refusesAnotherNumberOfValues() {
    try (NetworkStudent student = resnet8(7)) {
      NamedTensor bias = named(student.parameters(), "fc.bias");
      assertThatThrownBy(() -> bias.assign(FloatBuffer.allocate(11)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("fc.bias has 10 values, not 11");
    }
  }

  @Test
  void refusesImagesOfAnotherSize() {
    try (NetworkStudent student = resnet8(7);
        NDManager step = student.manager().newSubManager()) {
      NDArray images = TrainingSteps.images(step, 2, 28, 1);
      assertThatThrownBy(() -> student.logits(images, false))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("(2, 32, 32, 3)")
          .hasMessageContaining("(2, 28, 28, 3)");
    }
  }
}
