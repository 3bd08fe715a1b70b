package io.taustream.student.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.taustream.storage.TaustreamException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StudentModelsTest {
  /** The counts of mdistiller's models for 100 classes and 3 × 32 × 32. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          resnet8       |    83892|   12507392
          resnet14      |   181108|   26663168
          resnet20      |   278324|   40818944
          resnet32      |   472756|   69130496
          resnet44      |   667188|   97442048
          resnet56      |   861620|  125753600
          resnet110     |  1736564|  253155584
          resnet8x4     |  1233540|  177071104
          resnet32x4    |  7433860| 1083040768
          wrn_16_1      |   180916|   26663168
          wrn_16_2      |   703284|  101118464
          wrn_40_1      |   569780|   83286272
          wrn_40_2      |  2255156|  327610880
          vgg8          |  3965028|   96192512
          vgg13         |  9462180|  284936192
          mobilenet_v2  |   812836|    6523648
          shufflenet_v1 |   949258|   38691456
          shufflenet_v2 |  1355528|   44504448
          """)
  void countsParametersAndMultiplyAddsAsTheLiterature(String model, long parameters, long macs) {
    Architecture architecture = StudentModels.architecture(model, 100, 32);

    assertThat(architecture.parameterCount()).isEqualTo(parameters);
    assertThat(architecture.multiplyAdds()).isEqualTo(macs);
  }

  /** The counts of torchvision's models for 1,000 classes and 3 × 224 × 224. */
  @ParameterizedTest
  @CsvSource({
    "resnet18, 11689512, 1814073344",
    "resnet34, 21797672, 3663761408",
    "resnet50, 25557032, 4089184256"
  })
  void countsParametersAndMultiplyAddsAsTorchvision(String model, long parameters, long macs) {
    Architecture architecture = StudentModels.architecture(model, 1000, 224);

    assertThat(architecture.parameterCount()).isEqualTo(parameters);
    assertThat(architecture.multiplyAdds()).isEqualTo(macs);
  }

  @Test
  void hasEveryModelOfTheReferenceWithItsCounts() throws Exception {
    Path file = Path.of(System.getProperty("taustream.shared", ""), "reference/students.json");
    Assumptions.assumeTrue(Files.exists(file), "no shared/reference/students.json");

    for (Map.Entry<String, JsonNode> model :
        new ObjectMapper().readTree(file.toFile()).path("models").properties()) {
      Architecture architecture = StudentModels.architecture(model.getKey(), 100, 32);
      assertThat(architecture.parameterCount())
          .as(model.getKey())
          .isEqualTo(model.getValue().path("parameters").longValue());
      assertThat(architecture.multiplyAdds())
          .as(model.getKey())
          .isEqualTo(model.getValue().path("macs").longValue());
    }
  }

  @Test
  void poolsLargeImagesOnceMoreInAVgg() {
    long small = StudentModels.architecture("vgg8", 10, 32).multiplyAdds();
    long large = StudentModels.architecture("vgg8", 10, 64).multiplyAdds();
    // The last convolution sees 4 x 4 pixels either way; all before it see four times as many.
    long last = 16L * 512 * 512 * 9;
    long linear = 512L * 10;
    assertThat(large - last - linear).isEqualTo(4 * (small - last - linear));
  }

  @ParameterizedTest
  @CsvSource({"vgg8, 8", "shufflenet_v2, 8", "mobilenet_v2, 16", "resnet18, 32"})
  void refusesImagesBelowAModelsSmallest(String model, int smallest) {
    assertThat(StudentModels.architecture(model, 10, smallest).imageSize()).isEqualTo(smallest);
    assertThatThrownBy(() -> StudentModels.architecture(model, 10, smallest - 1))
        .isInstanceOf(TaustreamException.class)
        .hasMessageContaining("at least %d x %d are needed: set view.size", smallest, smallest);
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
