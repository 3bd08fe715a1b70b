package io.taustream.pipeline.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is labelled is not labelled again: more views, more shards, copied and changed shards. */
class LabelGrowthRunTest {
  private static final String TWO_VIEWS = "size: 16, count: 2";

  @TempDir Path folder;

  private TinyRun tiny(String name) {
    return TinyRun.in(folder.resolve(name));
  }

  /** How many shards {@code label} labelled now. */
  private static int made(TinyRun run) {
    return teacher(run.command("label", "CONFIG", "--json").isDone()).get("made").asInt();
  }

  private static JsonNode teacher(Ended labelled) {
    return labelled.json().get("teachers").get(0);
  }

  @Test
  void moreViewsLaterGiveTheFilesOfAllViewsAtOnce() {
    TinyRun grown = tiny("grown");
    TinyRun atOnce = tiny("at-once").edit(TWO_VIEWS, "size: 16, count: 5");
    made(grown);
    made(atOnce);

    grown.edit(TWO_VIEWS, "size: 16, count: 5");
    grown
        .command("train", "CONFIG")
        .failed(1, "train-0000.tar", "only 2 of 5 views", "taustream label");
    Ended more = grown.command("label", "CONFIG", "--json").isDone();

    assertThat(teacher(more).get("made").asInt()).as("the test shard has one view").isEqualTo(3);
    assertThat(more.err()).contains("train-0000.tar: 2 of 5 views are labelled");
    assertThat(grown.labelFiles()).isEqualTo(atOnce.labelFiles());
    JsonNode verified = grown.command("labels", "verify", "CONFIG", "--json").isDone().json();
    assertThat(verified.get("problems")).isEmpty();
    assertThat(verified.get("rows").asInt())
        .isEqualTo(TinyRun.TRAIN_SAMPLES * 5 + TinyRun.SHARD_SAMPLES);
  }

  @Test
  void moreTopKViewsOfAShardWithASkippedSampleGiveTheFilesOfAllViewsAtOnce() throws IOException {
    TinyRun grown = withSkipped("grown");
    TinyRun atOnce = withSkipped("at-once").edit(TWO_VIEWS, "size: 16, count: 4");
    made(grown);
    made(atOnce);

    made(grown.edit(TWO_VIEWS, "size: 16, count: 4"));

    assertThat(grown.labelFiles()).isEqualTo(atOnce.labelFiles());
  }

  private TinyRun withSkipped(String name) {
    TinyRun run =
        tiny(name)
            .edit("store: ./work/labels", "store: ./work/labels, encoding: top-k, k: 1")
            .edit("shuffle-window: 30", "shuffle-window: 30\n  max-skipped: 0.5");
    Map<String, byte[]> entries = new LinkedHashMap<>();
    for (int i = 0; i < 10; i++) {
      byte[] image = i == 4 ? new byte[] {1, 2, 3} : TinyShards.png(i % 3, i);
      TinyShards.addSample(entries, "sample-%04d".formatted(i), image, i % 3);
    }
    TinyShards.write(run.data("train-0001.tar"), entries);
    return run;
  }

  @Test
  void fewerViewsUseTheFirstOnes() {
    TinyRun many = tiny("fewer").edit(TWO_VIEWS, "size: 16, count: 4");
    made(many);
    Map<String, ByteBuffer> before = many.labelFiles();
    TinyRun few = tiny("few");
    few.command("run", "CONFIG").isDone();

    many.edit("size: 16, count: 4", TWO_VIEWS);

    assertThat(many.command("label", "CONFIG").isDone().out()).contains("all labelled before");
    assertThat(many.labelFiles()).isEqualTo(before);
    many.command("train", "CONFIG").isDone();
    assertThat(many.student()).as("trained on views 0 and 1").isEqualTo(few.student());
  }

  @Test
  void viewsThatMemoryDoesNotHoldAtOnceAreTheSame() {
    TinyRun wide = tiny("wide").edit("batches: 16MiB", "batches: 64MiB");
    TinyRun narrow = tiny("narrow");
    for (TinyRun run : new TinyRun[] {wide, narrow}) {
      run.edit(TWO_VIEWS, "size: 128, count: 8").edit("test: data/test-*.tar", "shuffle-window: 9");
      run.edit("shuffle-window: 30", "max-skipped: 0");
      made(run);
    }

    assertThat(narrow.labelFiles()).hasSize(3).isEqualTo(wide.labelFiles());
  }

  @Test
  void moreShardsLabelOnlyTheNewOnes() {
    TinyRun run = tiny("shards");
    made(run);
    Map<String, ByteBuffer> before = run.labelFiles();

    TinyShards.write(run.data("train-0003.tar"), 500, 6);

    assertThat(made(run)).isEqualTo(1);
    assertThat(run.labelFiles()).hasSize(5).containsAllEntriesOf(before);
  }

  @Test
  void aChangedShardIsLabelledAgain() throws IOException {
    TinyRun run = tiny("changed");
    made(run);
    Map<String, ByteBuffer> before = run.labelFiles();
    long size = Files.size(run.data("train-0001.tar"));

    Map<String, byte[]> other = new LinkedHashMap<>();
    for (int i = 0; i < TinyRun.SHARD_SAMPLES; i++) {
      TinyShards.addSample(other, "other-%05d".formatted(i), TinyShards.png(0, 7000 + i), 0);
    }
    TinyShards.write(run.data("train-0001.tar"), other);

    assertThat(Files.size(run.data("train-0001.tar"))).as("tars are padded").isEqualTo(size);
    assertThat(made(run)).isEqualTo(1);
    assertThat(run.labelFiles().entrySet().stream().filter(e -> !before.entrySet().contains(e)))
        .singleElement()
        .satisfies(e -> assertThat(e.getKey()).endsWith("train-0001.tar.arrow"));
    run.command("labels", "verify", "CONFIG").isDone();
  }

  @Test
  void copiedShardsAreReadOnceAndNotLabelledAgain() throws IOException {
    TinyRun run = tiny("copied");
    made(run);
    Map<String, FileTime> before = times(run.folder().resolve("work/labels"), ".arrow");
    touch(run.folder().resolve("data"));
    run.command("labels", "verify", "CONFIG").isDone();
    touch(run.folder().resolve("data"), "2026-02-03T04:05:06Z");

    Ended trained = run.command("train", "CONFIG").isDone();

    assertThat(trained.err()).contains("train-0000.tar: another version, but the bytes");
    assertThat(trained.out()).contains("teacher");
    Ended again = run.command("label", "CONFIG").isDone();
    assertThat(again.out()).contains("4 shards, all labelled before");
    assertThat(again.err()).as("the manifest knows the copy").doesNotContain("another version");
    assertThat(times(run.folder().resolve("work/labels"), ".arrow")).isEqualTo(before);
  }

  @Test
  void renamedImagesOfAFolderAreLabelledAgain() throws IOException {
    TinyRun run =
        tiny("folders")
            .edit("format: webdataset", "format: folder")
            .edit("train: data/train-*.tar", "train: data/train")
            .edit("test: data/test-*.tar", "shuffle-window: 9")
            .edit("shuffle-window: 30", "max-skipped: 0");
    for (int i = 0; i < 12; i++) {
      run.write(
          run.data("train/class-%d/image-%d.png".formatted(i % 3, i)), TinyShards.png(i % 3, i));
    }
    assertThat(made(run)).isEqualTo(1);
    touch(run.data("train"));
    assertThat(made(run)).as("touched").isZero();
    Map<String, ByteBuffer> before = run.labelFiles();

    Files.move(run.data("train/class-1"), run.data("train/class-1b"));

    assertThat(made(run)).as("the same bytes under other keys").isEqualTo(1);
    assertThat(run.labelFiles()).isNotEqualTo(before);
    run.command("labels", "verify", "CONFIG").isDone();
  }

  private static void touch(Path folder) throws IOException {
    touch(folder, "2026-01-02T03:04:05Z");
  }

  private static void touch(Path folder, String time) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.setLastModifiedTime(file, FileTime.from(Instant.parse(time)));
      }
    }
  }

  private static Map<String, FileTime> times(Path folder, String suffix) throws IOException {
    Map<String, FileTime> times = new LinkedHashMap<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(f -> f.toString().endsWith(suffix)).sorted().toList()) {
        times.put(file.toString(), Files.getLastModifiedTime(file));
      }
    }
    return times;
  }
}
