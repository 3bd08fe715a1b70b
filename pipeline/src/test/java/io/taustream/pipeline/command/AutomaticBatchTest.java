package io.taustream.pipeline.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * A run whose teacher finds out how many images it labels at once, and a card that names a device.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AutomaticBatchTest {
  private static final Pattern FOUND =
      Pattern.compile(
          "teacher tiny: batches of (\\d+), at \\d+ images a second, of \\[1, 2, .*] tried; to label with the same bits again write batch: (\\d+)");

  @TempDir static Path folder;

  private TinyRun run;
  private Ended labelled;

  @BeforeAll
  void label() {
    run = TinyRun.in(folder.resolve("auto")).edit("batch: 16}", "batch: auto}");
    labelled = run.command("label", "CONFIG", "--json").isDone();
  }

  @Test
  void searchesOnceAndSaysWhatItFound() {
    assertThat(FOUND.matcher(labelled.err()).results())
        .singleElement()
        .satisfies(found -> assertThat(found.group(1)).isEqualTo(found.group(2)));
  }

  @Test
  void labelsEverythingAndCountsNoImageOfTheSearch() {
    JsonNode json = labelled.json();
    assertThat(json.get("state").asText()).isEqualTo("done");
    assertThat(stage(json, "teacher").get("images").asLong())
        .isEqualTo(TinyRun.TRAIN_SAMPLES * TinyRun.VIEWS + TinyRun.SHARD_SAMPLES);
  }

  @Test
  void doesNotSearchWhereAllLabelsAreThere() {
    Ended again = run.command("label", "CONFIG", "--json").isDone();
    assertThat(again.err()).doesNotContain("batches of");
  }

  @Test
  void itsLabelsAreTrueToTheTeacher() {
    JsonNode json =
        run.command("labels", "verify", "CONFIG", "--recompute", "20", "--json").isDone().json();
    assertThat(json.get("problems")).isEmpty();
  }

  @Test
  void aDeviceInTheCardOverridesTheRunsAndKeepsTheLabels() throws Exception {
    TinyRun card = TinyRun.in(folder.resolve("card"));
    card.command("label", "CONFIG").isDone();
    Path file = card.model().resolveSibling("tiny.yaml");
    Files.writeString(file, Files.readString(file) + "device: auto\n");
    JsonNode json = card.command("label", "CONFIG", "--json").isDone().json();
    assertThat(json.get("teachers").get(0).get("made").asInt()).isZero();

    Files.writeString(file, Files.readString(file).replace("device: auto", "device: directml:7"));
    card.command("label", "CONFIG")
        .failed(1, "tiny.onnx: device directml:7 is asked for", "offers only [", "device: cpu");
  }

  private static JsonNode stage(JsonNode json, String name) {
    for (JsonNode stage : json.get("stages")) {
      if (stage.get("stage").asText().equals(name)) {
        return stage;
      }
    }
    throw new AssertionError("no stage " + name + " in " + json);
  }
}
