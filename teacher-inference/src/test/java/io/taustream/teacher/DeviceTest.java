package io.taustream.teacher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taustream.storage.TaustreamException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceTest {
  @Test
  void readsEveryForm() {
    assertThat(Device.parse("auto")).isEqualTo(new Device.Auto());
    assertThat(Device.parse("cpu")).isEqualTo(new Device.Cpu());
    assertThat(Device.parse("cuda")).isEqualTo(new Device.Cuda(0));
    assertThat(Device.parse("cuda:3")).isEqualTo(new Device.Cuda(3));
    assertThat(Device.parse("tensorrt")).isEqualTo(new Device.TensorRt(0));
    assertThat(Device.parse("tensorrt:1")).isEqualTo(new Device.TensorRt(1));
    assertThat(Device.parse("openvino")).isEqualTo(new Device.OpenVino("CPU"));
    assertThat(Device.parse("openvino:GPU.1")).isEqualTo(new Device.OpenVino("GPU.1"));
    assertThat(Device.parse("openvino:AUTO:GPU,CPU"))
        .isEqualTo(new Device.OpenVino("AUTO:GPU,CPU"));
    assertThat(Device.parse("directml")).isEqualTo(new Device.DirectMl(0));
    assertThat(Device.parse("directml:2")).isEqualTo(new Device.DirectMl(2));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "auto",
        "cpu",
        "cuda:0",
        "cuda:3",
        "tensorrt:0",
        "openvino:CPU",
        "openvino:AUTO:GPU,CPU",
        "directml:1"
      })
  void writesWhatItReads(String text) {
    assertThat(Device.parse(text).text()).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "gpu",
        "CPU",
        "cpu:0",
        "auto:1",
        "cuda:",
        "cuda:x",
        "cuda:-1",
        "cuda:12345",
        "tensorrt:a",
        "openvino:",
        "openvino:cpu",
        "directml:GPU"
      })
  void refusesEverythingElse(String text) {
    assertThatThrownBy(() -> Device.parse(text))
        .isInstanceOf(TaustreamException.class)
        .hasMessageContaining(
            "device '" + text + "' is unknown; allowed: auto, cpu, cuda, cuda:N, ");
  }
}
