package io.taustream.student.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.ndarray.types.DataType;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every loss against the float64 reference: value and gradient. */
class ReferenceLossTest {
  private static JsonNode cases;

  @BeforeAll
  static void readReference() throws IOException {
    Path file = Path.of(System.getProperty("taustream.shared", "none"), "reference/losses.json");
    assumeTrue(Files.exists(file), file + " is missing");
    cases = new ObjectMapper().readTree(file.toFile()).get("cases");
  }

  private enum Precision {
    SINGLE(DataType.FLOAT32, 1e-4),
    DOUBLE(DataType.FLOAT64, 1e-9);

    final DataType type;
    final double tolerance;

    Precision(DataType type, double tolerance) {
      this.type = type;
      this.tolerance = tolerance;
    }
  }

  @ParameterizedTest
  @EnumSource(Precision.class)
  void agreesWithTheReferenceInValueAndGradient(Precision precision) {
    int checked = 0;
    for (JsonNode reference : cases) {
      Loss loss = lossOf(reference.get("loss").asText(), reference.get("params"));
      String name = reference.get("loss") + " " + reference.get("params");
      LossProbe probe =
          LossProbe.of(
              loss,
              precision.type,
              reference.get("classes").asInt(),
              doubles(reference.get("student")),
              doubles(reference.get("teacher")),
              Arrays.stream(doubles(reference.get("labels"))).mapToLong(y -> (long) y).toArray());
      double value = reference.get("value").asDouble();
      assertThat(probe.value())
          .as(name)
          .isCloseTo(value, within(precision.tolerance * Math.max(Math.abs(value), 1e-2)));
      double[] gradient = doubles(reference.get("grad"));
      double largest = Arrays.stream(gradient).map(Math::abs).max().orElseThrow();
      assertThat(probe.gradient()).as(name).hasSize(gradient.length);
      for (int i = 0; i < gradient.length; i++) {
        assertThat(probe.gradient().get(i))
            .as("%s, gradient %d", name, i)
            .isCloseTo(gradient[i], within(precision.tolerance * Math.max(largest, 1e-6)));
      }
      checked++;
    }
    assertThat(checked).isEqualTo(93);
  }

  private static Loss lossOf(String name, JsonNode params) {
    boolean standardize = params.path("standardize").asBoolean(false);
    return switch (name) {
      case "ce" -> new CrossEntropy();
      case "kl" -> new KullbackLeibler(params.get("temperature").asDouble(), standardize);
      case "kendall" ->
          new KendallTau(
              Surrogate.parse(params.get("surrogate").asText()),
              Pairing.parse(params.get("pairing").asText()),
              params.get("steepness").asDouble());
      case "dkd" ->
          new DecoupledDistillation(
              params.get("alpha").asDouble(),
              params.get("beta").asDouble(),
              params.get("temperature").asDouble(),
              standardize);
      case "dist" ->
          new Dist(
              params.get("beta").asDouble(),
              params.get("gamma").asDouble(),
              params.get("temperature").asDouble());
      default -> throw new IllegalArgumentException("reference of an unknown loss " + name);
    };
  }

  private static double[] doubles(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false)
        .flatMap(
            node -> node.isArray() ? StreamSupport.stream(node.spliterator(), false) : one(node))
        .mapToDouble(JsonNode::asDouble)
        .toArray();
  }

  private static Stream<JsonNode> one(JsonNode node) {
    return Stream.of(node);
  }
}
