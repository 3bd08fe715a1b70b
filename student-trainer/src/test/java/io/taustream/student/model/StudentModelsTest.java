package io.taustream.student.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.taustream.storage.TaustreamException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class StudentModelsTest {
  static Iterable<String> models() {
    return StudentModels.names();
  }

  @ParameterizedTest
  @MethodSource("models")
  void countsParametersAndMultiplyAddsAsTheReference(String model) throws Exception {
    Path file = Path.of(System.getProperty("taustream.shared", ""), "reference/students.json");
    Assumptions.assumeTrue(Files.exists(file), "no shared/reference/students.json");
    JsonNode expected = new ObjectMapper().readTree(file.toFile()).path("models").path(model);

    Architecture architecture = StudentModels.architecture(model, 100, 32);

    assertThat(architecture.parameterCount()).isEqualTo(expected.path("parameters").longValue());
    assertThat(architecture.multiplyAdds()).isEqualTo(expected.path("macs").longValue());
  }

  @Test
  void namesTheKnownModelsWhereOneIsUnknown() {
    assertThatThrownBy(() -> StudentModels.architecture("resnet21", 10, 32))
        .isInstanceOf(TaustreamException.class)
        .hasMessageContaining("'resnet21' is unknown")
        .hasMessageContaining("resnet8, resnet14, resnet20")
        .hasMessageContaining("resnet32x4");
  }

  @Test
  void refusesOneClass() {
    assertThatThrownBy(() -> StudentModels.architecture("resnet8", 1, 32))
        .isInstanceOf(TaustreamException.class)
        .hasMessageContaining("data.classes");
  }

  @Test
  void refusesImagesOfFewPixels() {
    assertThatThrownBy(() -> StudentModels.architecture("resnet8", 10, 4))
        .isInstanceOf(TaustreamException.class)
        .hasMessageContaining("4 x 4 pixels")
        .hasMessageContaining("view.size");
  }
}
