package io.taustream.pipeline.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code taustream label --watch} over a folder. */
class LiveTeachersTest {
  /** Of three training shards and one test shard. */
  private static final int LABEL_FILES = 4;

  @TempDir Path folder;

  @Test
  void takesUpGoodTeachersAndRefusesBadOnesWithoutARestart() throws IOException {
    TinyRun run = WatchedRun.withoutTeacher(TinyRun.in(folder), "./teachers");
    Path teachers = Files.createDirectories(folder.resolve("teachers"));
    JsonNode json;
    try (ChildProcess child = WatchedRun.start(run, List.of())) {
      WatchedRun.awaitLine(child, "Watching", "teachers");
      Files.write(teachers.resolve("first.onnx"), ColourModel.of(5));
      WatchedRun.awaitLine(child, "Labelled with first-", "4 shards, 4 of them now");
      assertThat(files(run, "first")).hasSize(LABEL_FILES);

      byte[] whole = ColourModel.of(6);
      Files.write(teachers.resolve("cut.onnx"), Arrays.copyOf(whole, whole.length / 2));
      WatchedRun.awaitLine(child, "Refused", "cut.onnx", "not all of one");
      PlantedModel.of(teachers.resolve("first.onnx"))
          .outputs(1, 2, 0)
          .write(teachers.resolve("permuted.onnx"));
      WatchedRun.awaitLine(child, "Refused", "permuted.onnx", "class-map: [1, 2, 0]");
      Files.write(teachers.resolve("guessing.onnx"), ColourModel.of(0));
      WatchedRun.awaitLine(child, "Refused", "guessing.onnx", "no better than guessing");
      Files.write(teachers.resolve("two words.onnx"), ColourModel.of(7));
      WatchedRun.awaitLine(child, "Refused", "two words.onnx", "rename the file");
      Files.createDirectories(teachers.resolve("below"));
      Files.write(teachers.resolve("below/first.onnx"), ColourModel.of(7));
      WatchedRun.awaitLine(child, "Refused", "below/first.onnx", "has that name");

      Files.write(teachers.resolve("second+1.onnx"), ColourModel.of(8));
      WatchedRun.awaitLine(child, "Labelled with second+1-", "4 shards, 4 of them now");
      Files.write(teachers.resolve("cut.onnx"), whole);
      WatchedRun.awaitLine(child, "Labelled with cut-", "4 shards, 4 of them now");
      json = WatchedRun.stop(child);
    }

    assertThat(json.get("state").asText()).isEqualTo("stopped");
    assertThat(json.get("teachers")).hasSize(3);
    assertThat(json.get("watched")).hasSize(7);
    JsonNode first = WatchedRun.watched(json, "teachers/first.onnx");
    assertThat(first.get("state").asText()).isEqualTo("labelled");
    assertThat(first.get("top1").asDouble()).isEqualTo(1);
    assertThat(first.get("samples").asInt()).isEqualTo(WatchedRun.SAMPLES);
    assertThat(first.get("card").get("size").asInt()).isEqualTo(TinyShards.SIZE);
    JsonNode permuted = WatchedRun.watched(json, "permuted.onnx");
    assertThat(permuted.get("state").asText()).isEqualTo("refused");
    assertThat(permuted.get("reason").asText()).contains("class-map");
    assertThat(run.labelFiles()).hasSize(3 * LABEL_FILES);
  }

  @Test
  void labelsAreThoseOfAConfigurationThatNamesTheTeacher() throws IOException {
    TinyRun run = WatchedRun.withTeacher(TinyRun.in(folder), "./teachers");
    Path teachers = Files.createDirectories(folder.resolve("teachers"));
    Files.write(teachers.resolve("live.onnx"), ColourModel.of(5));
    Files.write(teachers.resolve("tiny.onnx"), ColourModel.of(6));
    try (ChildProcess child = WatchedRun.start(run, List.of())) {
      WatchedRun.awaitLine(child, "Labelled with live-", "4 of them now");
      WatchedRun.awaitLine(child, "Refused", "tiny.onnx", "the configuration's");
      JsonNode json = WatchedRun.stop(child);
      assertThat(json.get("teachers")).hasSize(2);
    }
    assertThat(run.labelFiles()).hasSize(2 * LABEL_FILES);
    try (ChildProcess child = WatchedRun.start(run, List.of())) {
      WatchedRun.awaitLine(child, "Labelled with live-", "4 shards, 0 of them now");
      WatchedRun.stop(child);
    }
    assertThat(run.command("labels", "gc", "CONFIG", "--json").isDone().json().get("unused"))
        .isEmpty();

    Files.move(teachers.resolve("live.onnx"), folder.resolve("live.onnx"));
    assertThat(run.command("labels", "gc", "CONFIG", "--json").isDone().json().get("unused"))
        .hasSize(LABEL_FILES);

    run.edit("name: tiny, model: teacher/tiny.onnx, batch: 16", "name: live, model: live.onnx");
    assertThat(run.command("label", "CONFIG").isDone().out()).contains("all labelled before");
    run.command("labels", "verify", "CONFIG").isDone();
  }

  @Test
  void putsATeacherOffWhoseLabelsCannotBeWrittenAndLabelsWithItLater() throws IOException {
    TinyRun run = WatchedRun.withoutTeacher(TinyRun.in(folder), "./teachers");
    Path labels = folder.resolve("work/labels");
    Files.createDirectories(labels.getParent());
    Files.writeString(labels, "in the way");
    Path teachers = Files.createDirectories(folder.resolve("teachers"));
    Files.write(teachers.resolve("first.onnx"), ColourModel.of(5));
    try (ChildProcess child = WatchedRun.start(run, List.of())) {
      WatchedRun.awaitLine(child, "Put off", "first.onnx", "work/labels");
      Files.delete(labels);
      WatchedRun.awaitLine(child, "Labelled with first-", "4 shards, 4 of them now");
      assertThat(WatchedRun.watched(WatchedRun.stop(child), "first.onnx").get("state").asText())
          .isEqualTo("labelled");
    }
  }

  @Test
  void stopsWhileATeacherIsInHandAndGoesOnLater() throws IOException {
    TinyRun run = WatchedRun.withoutTeacher(TinyRun.in(folder), "./teachers");
    Path teachers = Files.createDirectories(folder.resolve("teachers"));
    Files.write(teachers.resolve("first.onnx"), ColourModel.of(5));
    try (ChildProcess child = WatchedRun.start(run, List.of())) {
      WatchedRun.awaitLine(child, "Found", "first.onnx");
      WatchedRun.stop(child);
    }
    try (ChildProcess child = WatchedRun.start(run, List.of())) {
      WatchedRun.awaitLine(child, "Labelled with first-", "4 shards");
      WatchedRun.stop(child);
    }
    assertThat(run.labelFiles()).hasSize(LABEL_FILES);
  }

  @Test
  void asksForTheSectionThatSaysWhatToWatch() {
    TinyRun.in(folder).command("label", "CONFIG", "--watch").failed(2, "watch:", "add one");
  }

  private static Set<String> files(TinyRun run, String teacher) {
    return run.labelFiles().keySet().stream()
        .filter(path -> path.startsWith(teacher + "-"))
        .collect(Collectors.toSet());
  }
}
