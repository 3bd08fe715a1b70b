package io.taustream.teacher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession.SessionOptions;
import io.taustream.storage.TaustreamException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceSelectionTest {
  @TempDir Path folder;
  private ModelFile model;

  @BeforeEach
  void writeAModel() {
    model = ModelBuilder.linear(-1, 4, 5).write(folder.resolve("m.onnx"));
  }

  @Test
  void takesTheCpuWhereNothingElseIsOfferedAndSaysSo() {
    DeviceSelection.Choice choice = choose("auto", OrtProvider.CPU);
    assertThat(devices(choice)).containsExactly("cpu");
    assertThat(choice.why()).isEqualTo("this ONNX Runtime offers [CPU]");
  }

  @Test
  void triesCudaFirstAndNeverTakesTheOthersOnItsOwn() {
    DeviceSelection.Choice choice = choose("auto", OrtProvider.values());
    assertThat(devices(choice)).containsExactly("cuda:0", "cpu");
    assertThat(choice.why())
        .contains(
            "tensorrt:0 only where it is named: it builds engines for minutes",
            "directml:0 only where it is named: it has been seen to return zeros",
            "openvino:GPU only where it is named: on the CPU it gains little");
  }

  @ParameterizedTest
  @ValueSource(strings = {"cpu", "cuda:1", "tensorrt:1", "openvino:NPU", "directml:1"})
  void takesWhatIsNamedAndNothingElse(String device) {
    DeviceSelection.Choice choice = choose(device, OrtProvider.values());
    assertThat(devices(choice)).containsExactly(device);
    assertThat(choice.why()).isEqualTo("the settings say so");
  }

  @ParameterizedTest
  @CsvSource({
    "cuda:1, use the build with profile 'gpu'",
    "tensorrt:0, use the build with profile 'gpu' and install TensorRT",
    "openvino:GPU, -Donnxruntime.native.path=FOLDER",
    "directml:0, -Donnxruntime.native.path=FOLDER"
  })
  void refusesWhatIsNotOfferedAndNamesWhatIs(String device, String remedy) {
    assertThatThrownBy(() -> choose(device, OrtProvider.CPU, OrtProvider.XNNPACK))
        .isInstanceOf(TaustreamException.class)
        .hasMessageContaining("m.onnx: device " + device + " is asked for")
        .hasMessageContaining("offers only [CPU, Xnnpack]")
        .hasMessageContaining(remedy)
        .hasMessageContaining("or device: cpu");
  }

  @Test
  void fallsToTheCpuWhereCudaIsOfferedButDoesNotStart() {
    assumeNoCuda();
    DeviceSelection pretended = new DeviceSelection(Set.of(OrtProvider.CPU, OrtProvider.CUDA));
    try (OnnxSession session = open(Device.parse("auto"), pretended)) {
      assertThat(session.device()).isEqualTo(new Device.Cpu());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"cuda:0", "tensorrt:0", "openvino:CPU", "directml:0"})
  void saysWhyANamedDeviceDoesNotStart(String device) {
    assumeNoCuda();
    DeviceSelection pretended = new DeviceSelection(Arrays.asList(OrtProvider.values()));
    assertThatThrownBy(() -> open(Device.parse(device), pretended))
        .isInstanceOf(TaustreamException.class)
        .hasMessageContaining("m.onnx: it does not start on " + device + ": ")
        .hasMessageContaining("check driver and device, or use device: cpu")
        .hasMessageNotContaining("\n");
  }

  @Test
  void theCpuNeedsNothing() {
    try (SessionOptions options = new SessionOptions()) {
      new CpuProvider(new Device.Cpu()).addTo(options);
      assertThat(options.getConfigEntries()).isEmpty();
    }
  }

  private OnnxSession open(Device device, DeviceSelection offered) {
    return OnnxSession.open(
        model, new ExecutionSettings(device, 1), offered, LinuxMemory.ofSystem());
  }

  private static void assumeNoCuda() {
    assumeFalse(DeviceSelection.providers().contains("CUDA"), "this ONNX Runtime has CUDA");
  }

  private DeviceSelection.Choice choose(String device, OrtProvider... offered) {
    return new DeviceSelection(Arrays.asList(offered)).choose(model, Device.parse(device));
  }

  private static List<String> devices(DeviceSelection.Choice choice) {
    return choice.providers().stream().map(provider -> provider.device().text()).toList();
  }
}
