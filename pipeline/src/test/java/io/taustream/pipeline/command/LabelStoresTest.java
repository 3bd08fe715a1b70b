package io.taustream.pipeline.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Label stores are cleared of what nobody uses, joined, and checked against the teacher. */
class LabelStoresTest {
  private static final String TWO_VIEWS = "policy: pad-crop-flip, size: 16, count: 2";

  @TempDir Path folder;
  private TinyRun run;

  @BeforeEach
  void label() {
    run = TinyRun.in(folder.resolve("run"));
    run.command("label", "CONFIG").isDone();
  }

  private Path store() {
    return run.folder().resolve("work/labels");
  }

  @Test
  void gcListsAndRemovesWhatNoConfigurationUses() throws IOException {
    Map<String, ByteBuffer> used = run.labelFiles();
    run.edit(TWO_VIEWS, "policy: none, size: 16, count: 1");
    run.command("label", "CONFIG").isDone();
    Map<String, ByteBuffer> both = run.labelFiles();
    run.edit("policy: none, size: 16, count: 1", TWO_VIEWS);
    run.write(store().resolve("notes/mine.arrow"), "no label".getBytes(StandardCharsets.UTF_8));

    JsonNode listed = run.command("labels", "gc", "CONFIG", "--json").isDone().json();

    // The plain view of the test shard is that of the training shards, and is used.
    assertThat(both).hasSize(7);
    assertThat(listed.get("unused")).hasSize(3);
    assertThat(listed.at("/unused/0/shard").asText()).startsWith("train-000");
    assertThat(listed.get("bytes").asLong()).isPositive();
    assertThat(listed.get("removed").asInt()).isZero();
    assertThat(run.labelFiles()).containsAllEntriesOf(both);

    JsonNode removed = run.command("labels", "gc", "CONFIG", "--delete", "--json").isDone().json();

    assertThat(removed.get("removed").asInt()).isEqualTo(3);
    assertThat(removed.get("bytesRemoved")).isEqualTo(listed.get("bytes"));
    assertThat(run.labelFiles()).containsAllEntriesOf(used).hasSize(used.size() + 1);
    assertThat(store().resolve("notes/mine.arrow")).hasContent("no label");
    assertThat(run.command("labels", "gc", "CONFIG").isDone().out()).contains("is used");
    assertThat(run.command("label", "CONFIG").isDone().out()).contains("all labelled before");
  }

  @Test
  void gcKeepsWhatAnyOfTheConfigurationsUses() {
    run.edit(TWO_VIEWS, "policy: none, size: 16, count: 1");
    run.command("label", "CONFIG").isDone();
    Path other = run.folder().resolve("other.yaml");
    run.write(other, TinyRun.read(run.config()));
    run.edit("policy: none, size: 16, count: 1", TWO_VIEWS);

    assertThat(Ended.of("labels", "gc", run.config().toString(), other.toString()).isDone().out())
        .contains("every label file is used");
  }

  @Test
  void gcKnowsAStoreByAllItsNames() throws IOException {
    run.edit(TWO_VIEWS, "policy: none, size: 16, count: 1");
    run.command("label", "CONFIG").isDone();
    Path link = Files.createSymbolicLink(run.folder().resolve("link"), store());
    Path other = run.folder().resolve("other.yaml");
    run.write(
        other,
        new String(TinyRun.read(run.config()), StandardCharsets.UTF_8)
            .replace("store: ./work/labels", "store: " + link + "/")
            .getBytes(StandardCharsets.UTF_8));
    run.edit("policy: none, size: 16, count: 1", TWO_VIEWS);

    assertThat(
            Ended.of("labels", "gc", run.config().toString(), other.toString(), "--delete")
                .isDone()
                .out())
        .contains("every label file is used");
  }

  @Test
  void gcKeepsWhatAComparisonOfTheConfigurationsUses() {
    Path other = run.folder().resolve("other.yaml");
    run.write(other, TinyRun.read(run.config()));
    // compare gives the second the views of the first.
    run.edit("seed: 7", "seed: 8").edit("run: tiny", "run: eight");

    JsonNode found =
        Ended.of("labels", "gc", run.config().toString(), other.toString(), "--json")
            .isDone()
            .json();

    assertThat(found.get("unused")).isEmpty();
    assertThat(run.command("labels", "gc", "CONFIG", "--json").isDone().json().get("unused"))
        .as("alone, it does not use the views of seed 7")
        .hasSize(3);
  }

  @Test
  void gcFindsLabelsOfOtherTeachersAndOfShardsThatAreGoneButNoViewBeyondTheCount()
      throws IOException {
    run.edit("size: 16, count: 2", "size: 16, count: 1");
    Files.delete(run.data("train-0002.tar"));
    assertThat(run.command("labels", "gc", "CONFIG").isDone().out())
        .contains("train-0002.tar.arrow", "1 files", "--delete")
        .doesNotContain("train-0001.tar.arrow");

    run.edit("name: tiny, model", "name: renamed, model");
    JsonNode all = run.command("labels", "gc", "CONFIG", "--delete", "--json").isDone().json();

    assertThat(all.get("removed").asInt()).isEqualTo(4);
    assertThat(run.labelFiles()).isEmpty();
    assertThat(TinyRun.files(store(), "manifest.json")).isEmpty();
  }

  @Test
  void gcWithoutATeacherWouldTakeAll() {
    run.edit("teachers:\n  - {name: tiny, model: teacher/tiny.onnx, batch: 16}\n", "")
        .edit("  - {type: kl, weight: 0.9, temperature: 4}\n", "")
        .edit(
            "  - {type: kendall, weight: {from: 0, to: 1, epochs: 1.5}, surrogate: tanh, pairing:"
                + " sign}\n",
            "")
        .edit("  - {type: ctkd, weight: 0.5, lambda-epochs: 1.5}\n", "");

    run.command("labels", "gc", "CONFIG", "--delete").failed(2, "no configuration", "teacher");
    assertThat(run.labelFiles()).hasSize(4);
  }

  @Test
  void mergeJoinsWhatTwoMachinesLabelled() throws IOException {
    Path other = folder.resolve("other");
    Map<String, ByteBuffer> whole = run.labelFiles();
    Ended.of("labels", "merge", other.toString(), store().toString()).isDone();
    for (String name : whole.keySet()) {
      boolean here = name.contains("train-0001") || name.contains("test");
      Files.delete((here ? other : store()).resolve(name));
    }
    assertThat(run.labelFiles()).hasSize(2);

    JsonNode done =
        Ended.of("labels", "merge", store().toString(), other + "/", "--json").isDone().json();

    assertThat(done.get("copied").asInt()).isEqualTo(2);
    assertThat(run.labelFiles()).isEqualTo(whole);
    run.command("train", "CONFIG").isDone();
  }

  @Test
  void mergeRefusesLabelsOfOtherSamples() {
    Path other = folder.resolve("other");
    Ended.of("labels", "merge", other.toString(), store().toString()).isDone();
    TinyShards.write(run.data("train-0000.tar"), 900, TinyRun.SHARD_SAMPLES);
    run.command("label", "CONFIG").isDone();

    Ended refused = Ended.of("labels", "merge", other.toString(), store().toString());

    assertThat(refused.status()).isEqualTo(1);
    assertThat(refused.out())
        .contains("1 conflicts", other.toString(), store().toString(), "train-0000.tar", "CRC-32C");
  }

  @Test
  void verifyNamesAnotherTeachersFile() throws IOException {
    String own = run.labelFiles().keySet().stream().filter(this::isFirst).findFirst().get();
    run.edit("name: tiny, model", "name: other, model");
    run.command("label", "CONFIG").isDone();
    run.edit("name: other, model", "name: tiny, model");
    String other = own.replaceFirst("tiny", "other");
    Files.write(store().resolve(own), TinyRun.read(store().resolve(other)));

    Ended found = run.command("labels", "verify", "CONFIG", "--recompute", "7");

    assertThat(found.status()).isEqualTo(1);
    assertThat(found.out()).contains("1 problem", own, "teacher is other, expected is tiny");
  }

  private boolean isFirst(String file) {
    return file.endsWith("train-0000.tar.arrow");
  }

  @Test
  void recomputedRowsAreEqualToTheBit() {
    JsonNode found =
        run.command("labels", "verify", "CONFIG", "--recompute", "40", "--json").isDone().json();

    assertThat(found.get("recomputed").asInt()).isEqualTo(40);
    assertThat(found.get("exact").asInt()).isEqualTo(40);
    assertThat(run.command("labels", "verify", "CONFIG", "--recompute", "9").isDone().out())
        .contains("9 rows recomputed, 9 equal to the bit: whole");
  }

  @Test
  void recomputedRowsOfAnotherBatchAreNearEnough() {
    run.edit("batch: 16}", "batch: 5}");

    JsonNode found =
        run.command("labels", "verify", "CONFIG", "--recompute", "1000", "--json").isDone().json();

    assertThat(found.get("recomputed").asInt())
        .as("all there are")
        .isEqualTo(TinyRun.TRAIN_SAMPLES * TinyRun.VIEWS + TinyRun.SHARD_SAMPLES);
    assertThat(found.get("problems")).isEmpty();
  }

  @Test
  void recomputedTopKRowsAreEqualToTheBit() {
    run.edit("store: ./work/labels", "store: ./work/top, encoding: top-k, k: 2");
    run.command("label", "CONFIG").isDone();

    JsonNode found =
        run.command("labels", "verify", "CONFIG", "--recompute", "30", "--json").isDone().json();

    assertThat(found.get("exact").asInt()).isEqualTo(30);
  }

  @Test
  void aRowThatTheTeacherNeverGaveIsFoundByRecomputing() throws IOException {
    // Other images under the same keys, behind the same size and time.
    Path shard = run.data("train-0001.tar");
    long size = Files.size(shard);
    FileTime time = Files.getLastModifiedTime(shard);
    Map<String, byte[]> entries = new LinkedHashMap<>();
    for (int i = TinyRun.SHARD_SAMPLES; i < 2 * TinyRun.SHARD_SAMPLES; i++) {
      byte[] image = TinyShards.png((i + 1) % TinyShards.CLASSES, 7000 + i);
      TinyShards.addSample(entries, "sample-%04d".formatted(i), image, i % TinyShards.CLASSES);
    }
    TinyShards.write(shard, entries);
    Files.setLastModifiedTime(shard, time);
    assertThat(shard).hasSize(size);

    Ended found = run.command("labels", "verify", "CONFIG", "--recompute", "1000");

    assertThat(found.status()).isEqualTo(1);
    assertThat(found.out())
        .contains("train-0001.tar.arrow: view 0, row of sample 'sample-0024' (ordinal 0)")
        .contains("is stored as", "the teacher gives", "allowed");
  }
}
