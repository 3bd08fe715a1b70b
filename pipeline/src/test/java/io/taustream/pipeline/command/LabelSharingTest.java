package io.taustream.pipeline.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Labels leave a store for Python, come back as they were, and come from Python. */
class LabelSharingTest {
  private static final String ENCODED = "labels: {store: ./work/labels}";
  private static final String ELSEWHERE = "labels: {store: ./work/other}";

  @TempDir Path folder;
  private TinyRun run;

  @BeforeEach
  void make() {
    run = TinyRun.in(folder.resolve("run"));
    Map<String, byte[]> entries = new LinkedHashMap<>();
    for (int i = 0; i < TinyRun.SHARD_SAMPLES; i++) {
      // One is no image, one has no class, one has more files than are needed.
      byte[] image =
          i == 5 ? "no image".getBytes(StandardCharsets.UTF_8) : TinyShards.png(i % 3, i);
      TinyShards.addSample(entries, "größe/sample-%02d".formatted(i), image, i % 3);
      entries.put("größe/sample-%02d.json".formatted(i), new byte[] {'{', '}'});
    }
    entries.remove("größe/sample-07.cls");
    TinyShards.write(run.data("train-0001.tar"), entries);
    run.edit("classes: 3", "classes: 3\n  max-skipped: 0.1");
    // Labels of drawn classes do not know what this loss needs.
    run.edit(
        "  - {type: kendall, weight: {from: 0, to: 1, epochs: 1.5}, surrogate: tanh, pairing: sign}\n",
        "");
    run.edit("  - {type: ctkd, weight: 0.5, lambda-epochs: 1.5}\n", "");
  }

  private Path shared() {
    return folder.resolve("shared");
  }

  private JsonNode export(String format) {
    return run.command(
            "labels", "export", "CONFIG", "--format", format, "--output", shared() + "/", "--json")
        .isDone()
        .json();
  }

  private Ended importing(Path input) {
    return run.command("labels", "import", "CONFIG", "--input", input.toString(), "--json");
  }

  /** The label files of another store. */
  private Map<String, ByteBuffer> otherStore() {
    return TinyRun.files(run.folder().resolve("work/other"), ".arrow");
  }

  private void requireRoundTrip(String format, String labels) {
    run.edit(ENCODED, "labels: {store: ./work/labels, %s}".formatted(labels));
    run.command("label", "CONFIG").isDone();
    JsonNode exported = export(format);
    assertThat(exported.get("files")).hasSize(4);
    assertThat(exported.get("rows").asInt()).isEqualTo(71 * 2 + 24);
    run.edit("./work/labels", "./work/other");

    JsonNode imported = importing(shared()).isDone().json();

    assertThat(imported.get("imported").asInt()).isEqualTo(4);
    assertThat(imported.get("rows")).isEqualTo(exported.get("rows"));
    assertThat(otherStore()).hasSize(4).isEqualTo(run.labelFiles());
    assertThat(run.command("label", "CONFIG").isDone().out()).contains("all labelled before");
    assertThat(importing(shared()).isDone().json().get("kept").asInt()).isEqualTo(4);
  }

  @Test
  void parquetGivesTheSameStore() {
    requireRoundTrip("parquet", "encoding: dense-f16, compression: zstd");
  }

  @Test
  void webDatasetGivesTheSameStore() {
    requireRoundTrip("webdataset", "encoding: dense-f16, compression: zstd");
  }

  @Test
  void webDatasetGivesTheSameStoreOfExactLogits() {
    requireRoundTrip("webdataset", "encoding: dense-f32");
  }

  @Test
  void webDatasetGivesTheSameStoreOfTopClasses() {
    requireRoundTrip("webdataset", "encoding: top-k, k: 2");
  }

  @Test
  void webDatasetGivesTheSameStoreOfDrawnClasses() {
    requireRoundTrip("webdataset", "encoding: sampled, n: 4");
  }

  @Test
  void anExportedTarHasTheShardsFilesAndIsAShardItself() throws IOException {
    run.command("label", "CONFIG").isDone();
    export("webdataset");
    Path first = find("train-0001.tar");
    Map<String, byte[]> before = entries(run.data("train-0001.tar"));
    Map<String, byte[]> after = entries(first);

    assertThat(after).containsAllEntriesOf(before);
    assertThat(after.keySet())
        .hasSize(before.size() + 1 + 23 * 2)
        .startsWith("__taustream__/labels.json", "größe/sample-00.png", "größe/sample-00.cls")
        .containsSubsequence(
            "größe/sample-04.view_seed.npy",
            "größe/sample-04.logits.npy",
            "größe/sample-05.png",
            "größe/sample-05.json",
            "größe/sample-06.png")
        .doesNotContain("größe/sample-05.logits.npy");
    assertThat(
            new String(
                after.get("größe/sample-04.logits.npy"), 0, 128, StandardCharsets.ISO_8859_1))
        .contains("{'descr': '<f2', 'fortran_order': False, 'shape': (2, 3), }");

    Files.copy(first, run.data("train-0001.tar"), StandardCopyOption.REPLACE_EXISTING);
    run.command("label", "CONFIG").isDone();
    export("webdataset");
    assertThat(entries(find("train-0001.tar")).keySet()).isEqualTo(after.keySet());
  }

  @Test
  void viewsThatTheFilesLackAreLabelled() {
    run.command("label", "CONFIG").isDone();
    Map<String, ByteBuffer> whole = run.labelFiles();
    run.edit("store: ./work/labels", "store: ./work/one").edit("count: 2", "count: 1");
    run.command("label", "CONFIG").isDone();
    export("parquet");
    run.edit("./work/one", "./work/other").edit("count: 1", "count: 2");

    assertThat(importing(shared()).isDone().json().get("imported").asInt()).isEqualTo(4);
    run.command("label", "CONFIG").isDone();

    assertThat(otherStore()).isEqualTo(whole);
  }

  @Test
  void filesThatDoNotSayWhoseTheyAreNeedATeacher() throws IOException {
    run.command("label", "CONFIG").isDone();
    export("webdataset");
    run.teacher("second", TinyShards.CLASSES, 12);
    String first = "  - {name: tiny, model: teacher/tiny.onnx, batch: 16}\n";
    run.edit(first, first + first.replace("tiny", "second"));
    run.edit(ENCODED, ELSEWHERE);
    Path tar = find("train-0000.tar");
    run.command("labels", "import", "CONFIG", "--input", tar.toString(), "--teacher", "second")
        .failed(1, "train-0000.tar", "holds labels of a teacher with SHA-256", "second-");
    importing(tar).isDone();
    assertThat(otherStore().keySet()).singleElement().asString().startsWith("tiny-");

    Map<String, byte[]> entries = entries(tar);
    entries.computeIfPresent(
        "__taustream__/labels.json",
        (name, json) ->
            new String(json, StandardCharsets.UTF_8)
                .replace("teacher_sha256", "no_sha")
                .getBytes(StandardCharsets.UTF_8));
    TinyShards.write(tar, entries);
    importing(tar).failed(1, "does not say whose labels", "[tiny, second]", "--teacher");
    run.command("labels", "import", "CONFIG", "--input", tar.toString(), "--teacher", "second")
        .isDone();
    assertThat(otherStore()).hasSize(2);
  }

  private Path find(String name) throws IOException {
    try (var files = Files.walk(shared())) {
      return files.filter(file -> file.getFileName().toString().equals(name)).findFirst().get();
    }
  }

  private static Map<String, byte[]> entries(Path tar) throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    try (TarArchiveInputStream in =
        new TarArchiveInputStream(
            new ByteArrayInputStream(Files.readAllBytes(tar)), StandardCharsets.UTF_8.name())) {
      for (TarArchiveEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        assertThat(entries.put(entry.getName(), in.readAllBytes())).isNull();
      }
    }
    return entries;
  }

  @Test
  void whatIsNotOfThisConfigurationIsRefusedInOneLine() throws IOException {
    run.command("labels", "export", "CONFIG", "--format", "parquet", "--output", shared() + "")
        .failed(1, "train-0000.tar", "no labels", "taustream label");
    run.command("label", "CONFIG").isDone();
    export("parquet");
    String one = find("train-0001.tar.parquet").toString();
    run.edit(ENCODED, ELSEWHERE);

    importing(folder.resolve("none")).failed(1, "there are no labels to import under");
    run.command("labels", "export", "CONFIG", "--format", "csv", "--output", "x")
        .failed(1, "labels are not shared as 'csv'; use one of parquet, webdataset");
    run.command("labels", "import", "CONFIG", "--input", one, "--teacher", "no")
        .failed(2, "there is no 'no', only [tiny]");
    run.edit("seed: 7", "seed: 8");
    importing(Path.of(one)).failed(1, "train-0001.tar.parquet", "holds labels of view");
    run.edit("seed: 8", "seed: 7");
    TinyShards.write(run.data("train-0001.tar"), 24, 24);
    importing(Path.of(one)).failed(1, "train-0001.tar.parquet", "its shard size is");
    Files.write(Path.of(one), new byte[] {'P', 'A', 'R', '1'});
    importing(Path.of(one)).failed(1, "train-0001.tar.parquet", "cannot be read as Parquet");
    assertThat(otherStore()).isEmpty();
  }

  @Test
  void theSnippetsInTheDocumentationRun() throws Exception {
    requirePython("numpy", "pyarrow");
    run.command("label", "CONFIG").isDone();
    export("webdataset");
    Path work = Files.createDirectories(folder.resolve("python"));
    Files.copy(find("train-0000.tar"), work.resolve("train-0000.tar"));
    export("parquet");
    Files.copy(find("train-0000.tar.parquet"), work.resolve("train-0000.tar.parquet"));

    int ran = 0;
    for (String snippet : snippets()) {
      if (!snippet.contains("webdataset") || python(work, "-c", "import webdataset").isEmpty()) {
        assertThat(python(work, "-c", snippet)).as(snippet).isEmpty();
        ran++;
      }
    }
    assertThat(ran).isGreaterThanOrEqualTo(3);

    run.edit(ENCODED, ELSEWHERE);
    assertThat(importing(work.resolve("python.parquet")).isDone().json().get("rows").asInt())
        .isEqualTo(48);
    assertThat(otherStore()).hasSize(1);
  }

  @Test
  void labelsThatPythonComputesAreThoseOfTheTeacher() throws Exception {
    requirePython("numpy", "pyarrow", "PIL", "onnxruntime");
    Path script = Path.of(System.getProperty("taustream.root"), "docs/python/label_shard.py");
    Path made = Files.createDirectories(folder.resolve("python"));
    run.edit(ENCODED, ELSEWHERE);
    TinyShards.write(run.data("train-0001.tar"), 24, 24);
    List<String> shards = new ArrayList<>(TinyRun.TRAIN);
    shards.add("test-0000.tar");
    for (String shard : shards) {
      boolean test = shard.startsWith("test");
      assertThat(
              python(
                  folder,
                  script.toString(),
                  run.data(shard).toString(),
                  run.model().toString(),
                  test ? "none" : "pad-crop-flip",
                  "16",
                  "7",
                  test ? "1" : "2",
                  "3",
                  made.resolve(shard + ".parquet").toString()))
          .isEmpty();
    }

    assertThat(importing(made).isDone().json().get("imported").asInt()).isEqualTo(4);

    JsonNode verified =
        run.command("labels", "verify", "CONFIG", "--recompute", "200", "--json").isDone().json();
    assertThat(verified.get("problems")).isEmpty();
    assertThat(verified.get("recomputed").asInt()).isEqualTo(72 * 2 + 24);
  }

  private static List<String> snippets() throws IOException {
    String text =
        Files.readString(Path.of(System.getProperty("taustream.root"), "docs/formats.md"));
    String section = text.split("### Sharing labels with Python", 2)[1].split("\n###? ", 2)[0];
    return Pattern.compile("```python\n(.*?)```", Pattern.DOTALL)
        .matcher(section)
        .results()
        .map((MatchResult block) -> block.group(1))
        .toList();
  }

  private void requirePython(String... modules) throws Exception {
    String imports = "import " + String.join(", ", modules);
    assumeTrue(
        python(folder, "-c", imports).isEmpty(),
        "needs a python3 (or -Dtaustream.python) with " + String.join(", ", modules));
  }

  /** Runs Python; its errors, or nothing where it ended well. */
  private static String python(Path directory, String... words)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("taustream.python", "python3"));
    command.addAll(List.of(words));
    Path errors = directory.resolve("errors.txt");
    Process process;
    try {
      process =
          new ProcessBuilder(command)
              .directory(directory.toFile())
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(errors.toFile())
              .start();
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
    if (!process.waitFor(2, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      return "it did not end";
    }
    return process.exitValue() == 0 ? "" : "failed: " + Files.readString(errors);
  }
}
