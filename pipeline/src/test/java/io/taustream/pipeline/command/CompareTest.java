package io.taustream.pipeline.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.taustream.pipeline.config.RunConfig;
import io.taustream.pipeline.graph.ComparedConfig;
import io.taustream.pipeline.graph.Comparing;
import io.taustream.pipeline.report.Comparison;
import io.taustream.pipeline.report.Measure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Two configurations with two seeds each, compared once; then what else may be asked. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CompareTest {
  @TempDir static Path folder;

  private TinyRun tiny;
  private Path kl;
  private Path kendall;
  private Ended first;
  private Map<String, ByteBuffer> students;

  @BeforeAll
  void compare() {
    tiny = TinyRun.in(folder.resolve("first"));
    kl = config("kl", "run: tiny", "run: kl", " *- \\{type: kendall.*\n", "");
    kendall = config("kendall", "run: tiny", "run: kendall");
    first = compare(kl, kendall, "--seeds", "7,8", "--json").isDone();
    students = students();
  }

  @Test
  void everyRunHasAFolderOfItsOwn() {
    assertThat(students.keySet())
        .containsExactly(
            "kendall-seed7/student.onnx",
            "kendall-seed8/student.onnx",
            "kl-seed7/student.onnx",
            "kl-seed8/student.onnx");
    assertThat(students.values()).doesNotHaveDuplicates();
    assertThat(folder.resolve("first/work/kl-seed8/report.html"))
        .content()
        .contains("# Compared with others: run: kl-seed8, seed: 8, view.seed: 7");
  }

  @Test
  void labelsAreMadeOnceForAllSeedsAndConfigurations() {
    assertThat(tiny.labelFiles()).hasSize(4);
  }

  @Test
  void theFirstSeedTrainsTheStudentThatTrainMakes() {
    TinyRun alone = TinyRun.in(folder.resolve("alone"));
    alone.command("run", "CONFIG").isDone();

    assertThat(students.get("kendall-seed7/student.onnx"))
        .isEqualTo(ByteBuffer.wrap(alone.student()));
  }

  @Test
  void tellsEveryNumberAndItsStatistics() {
    JsonNode json = first.json();

    assertThat(json.get("state").asText()).isEqualTo("done");
    assertThat(json.get("teachers")).hasSize(1);
    JsonNode second = json.at("/configurations/1");
    assertThat(second.get("run").asText()).isEqualTo("kendall");
    List<Double> top1 = top1(second);
    assertThat(top1).hasSize(2);
    assertThat(second.at("/top1/mean").asDouble()).isEqualTo((top1.get(0) + top1.get(1)) / 2);
    List<Double> base = top1(json.at("/configurations/0"));
    assertThat(second.at("/differences/top1/mean").asDouble())
        .isEqualTo(((top1.get(0) - base.get(0)) + (top1.get(1) - base.get(1))) / 2);
    assertThat(second.at("/differences/top1/deviation").isNumber()).isTrue();
    assertThat(Path.of(json.get("report").asText()))
        .hasParent(folder.resolve("first/work"))
        .content()
        .contains("\"kind\":\"compare\"");
  }

  @Test
  void aSecondComparisonTrainsNothingAndSaysTheSame() {
    Ended again = compare(kl, kendall, "--seeds", "7,8", "--json").isDone();

    assertThat(again.err()).contains("All 2 epochs of kl-seed7 are done");
    assertThat(again.json().get("configurations"))
        .isEqualTo(withoutThroughputOfTeacher(first.json().get("configurations")));
    assertThat(students()).isEqualTo(students);
  }

  /** Labels were made in the first comparison only. */
  private static JsonNode withoutThroughputOfTeacher(JsonNode configurations) {
    ((ObjectNode) configurations.get(0).get("imagesPerSecond")).remove("teacher");
    return configurations;
  }

  @Test
  void printsATableThatIsMarkdown() {
    Path report = folder.resolve("elsewhere/seven.html");

    String out = compare(kl, kendall, "--seeds", "7", "--output", report.toString()).isDone().out();

    assertThat(out.lines().filter(line -> line.startsWith("|")).toList())
        .hasSize(5)
        .anyMatch(line -> line.startsWith("| teacher tiny "))
        .anyMatch(line -> line.startsWith("| kl "))
        .anyMatch(line -> line.startsWith("| kendall "));
    assertThat(out).contains("report: " + report);
    assertThat(report).isNotEmptyFile();
  }

  @Test
  void aRunThatFailsIsToldAndTheOthersAreKept() {
    Path wild = config("wild", "run: tiny", "run: wild", "lr: 0.05", "lr: 1.0e+30");

    Ended ended = compare(wild, kl, "--seeds", "7");

    assertThat(ended.status()).as(ended.err()).isEqualTo(1);
    assertThat(ended.out())
        .containsPattern("\\| wild +\\| +– \\|")
        .containsPattern("\\| kl +\\| +\\d+\\.\\d\\d \\|")
        .containsPattern("wild, seed 7: failed: Step \\d+ has a (loss|gradient) of ");
  }

  @Test
  void aSignalStopsItAndTheSameCommandGoesOnToTheSameStudents() {
    TinyRun other = TinyRun.in(folder.resolve("stopped"));
    for (Path config : List.of(kl, kendall)) {
      other.write(other.folder().resolve(config.getFileName()), TinyRun.read(config));
    }
    Path work = other.folder().resolve("work");
    String[] words = {
      "compare",
      other.folder().resolve("kl.yaml").toString(),
      other.folder().resolve("kendall.yaml").toString(),
      "--seeds",
      "7,8"
    };
    Ended ended;
    try (ChildProcess child = ChildProcess.start(folder, words)) {
      child.await(() -> !TinyRun.files(work.resolve("kl-seed7"), ".safetensors").isEmpty());
      child.signal("TERM");
      ended = child.end();
    }

    assertThat(ended.status()).as(ended.err()).isEqualTo(143);
    assertThat(ended.out()).contains("stopped; the same command goes on");
    assertThat(work.resolve("kendall-seed8")).doesNotExist();
    Ended.of(words).isDone();
    assertThat(TinyRun.files(work, "student.onnx")).isEqualTo(students);

    freshIsStopped(work, words);
    Ended.of(words).isDone();
    assertThat(TinyRun.files(work, "student.onnx")).isEqualTo(students);
  }

  /** All results go before the first run begins, and the advice is not to remove them again. */
  private static void freshIsStopped(Path work, String... words) {
    String[] fresh = Arrays.copyOf(words, words.length + 1);
    fresh[words.length] = "--fresh";
    Path last = work.resolve("kendall-seed8");
    Ended ended;
    try (ChildProcess child = ChildProcess.start(folder, fresh)) {
      child.await(() -> !Files.exists(last.resolve("student.onnx")));
      child.await(() -> Files.exists(work.resolve("kl-seed7/checkpoints")));
      child.await(() -> !TinyRun.files(work.resolve("kl-seed7"), ".safetensors").isEmpty());
      child.signal("TERM");
      ended = child.end();
    }
    assertThat(ended.status()).as(ended.err()).isEqualTo(143);
    assertThat(ended.out()).contains("stopped; the same command without --fresh goes on");
    assertThat(last.resolve("metrics.jsonl")).doesNotExist();
    assertThat(TinyRun.files(last, ".safetensors")).isEmpty();
  }

  @Test
  void freshRemovesNothingWhereAnotherProcessWorksOnARun() throws IOException {
    Path lock = folder.resolve("first/work/kendall-seed8/.lock");
    try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE);
        FileLock held = channel.lock()) {
      assertThat(held.isValid()).isTrue();

      compare(kl, kendall, "--seeds", "7,8", "--fresh")
          .failed(1, "another process works on", "kendall-seed8");
    }
    assertThat(students()).isEqualTo(students);
  }

  @Test
  void aRunThatAnotherProcessWorksOnEndsTheComparison() throws IOException {
    Path held = config("held", "run: tiny", "run: held");
    Path folderOfRun = Files.createDirectories(folder.resolve("first/work/held-seed7"));
    try (FileChannel channel =
            FileChannel.open(
                folderOfRun.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.lock()) {
      assertThat(lock.isValid()).isTrue();

      compare(held, kl, "--seeds", "7").failed(1, "another process works on", "held-seed7");
    }
  }

  @Test
  void anEarlierFailureDoesNotHideThatTheOthersAreStoppedBehindACheckpoint() {
    config("wild", "run: tiny", "run: wild", "lr: 0.05", "lr: 1.0e+30");
    config("long", "run: tiny", "run: long", "epochs: 2", "epochs: 500");
    Ended ended;
    try (ChildProcess child =
        ChildProcess.start(
            folder,
            "compare",
            tiny.folder().resolve("wild.yaml").toString(),
            tiny.folder().resolve("long.yaml").toString(),
            "--seeds",
            "7")) {
      child.await(
          () -> !TinyRun.files(folder.resolve("first/work/long-seed7"), ".safetensors").isEmpty());
      child.signal("TERM");
      ended = child.end();
    }

    assertThat(ended.status()).as(ended.err()).isEqualTo(143);
    assertThat(ended.out())
        .contains(
            "wild, seed 7: failed: Step",
            "long, seed 7: stopped before its last epoch",
            "stopped; the same command goes on");
  }

  @Test
  void configurationsOfOtherSeedsShareTheViewsOfTheFirst() {
    Path other = config("another", "run: tiny", "run: another", "seed: 7", "seed: 1");

    compare(kl, other, "--seeds", "7").isDone();

    assertThat(tiny.labelFiles()).hasSize(4);
  }

  @Test
  void showsNothingThatAnotherConfigurationLeft() {
    config("changed", "run: tiny", "run: changed");
    Path changed = tiny.folder().resolve("changed.yaml");
    compare(changed, kl, "--seeds", "7").isDone();
    config("changed", "run: tiny", "run: changed", "lr: 0.05", "lr: 0.06");

    Ended ended = compare(changed, kl, "--seeds", "7", "--json");

    assertThat(ended.status()).as(ended.err()).isEqualTo(1);
    JsonNode json = ended.json().at("/configurations/0");
    assertThat(json.at("/runs/0/failure").asText()).contains("another configuration");
    assertThat(json.at("/runs/0/student").isNull()).isTrue();
    assertThat(json.get("imagesPerSecond")).isEmpty();
  }

  /** So that a report that is there never gets poorer. */
  @Test
  void showsWhatIsDoneBeforeItBegins() {
    List<ComparedConfig> candidates =
        Stream.of(kl, kendall)
            .map(
                file ->
                    new ComparedConfig(
                        file.toString(), ConfigFile.text(file), RunConfig.read(file)))
            .toList();
    List<Comparison> seen = new ArrayList<>();

    Comparing.Outcome outcome =
        new Comparing(candidates, List.of(7L, 8L), "", ConsoleProgress.create(), () -> true)
            .run(false, (runs, soFar) -> seen.add(soFar));

    assertThat(outcome.stopped()).isTrue();
    assertThat(seen).hasSize(1);
    assertThat(seen.get(0).candidates())
        .extracting(candidate -> candidate.results().keySet())
        .containsExactly(Set.of(7L, 8L), Set.of(7L, 8L));
    assertThat(
            seen.get(0)
                .candidates()
                .get(1)
                .differences(seen.get(0).candidates().get(0), Measure.TOP1)
                .mean())
        .isEqualTo(first.json().at("/configurations/1/differences/top1/mean").asDouble());
  }

  @Test
  void otherTestDataIsRefused() {
    TinyShards.write(tiny.data("other-0000.tar"), 2000, TinyRun.SHARD_SAMPLES);
    Path other = config("other", "run: tiny", "run: other", "data/test-", "data/other-");

    compare(kl, other)
        .failed(
            2, "kl.yaml", "other.yaml", "data.test", "data/test-0000.tar", "data/other-0000.tar");
    assertThat(folder.resolve("first/work/other-seed7")).doesNotExist();
  }

  @Test
  void theSameRunTwiceIsRefused() {
    Path twin = config("twin", "run: tiny", "run: kl");

    compare(kl, twin).failed(2, "kl.yaml", "twin.yaml", "the same run, kl");
  }

  @Test
  void seedsThatDifferNeedTheOption() {
    Path other = config("seeded", "run: tiny", "run: seeded", "seed: 7", "seed: 1");

    Ended ended = compare(kl, other);

    assertThat(ended.status()).isEqualTo(2);
    assertThat(ended.err()).contains("kl.yaml has seed 7", "seeded.yaml has seed 1", "--seeds");
  }

  /**
   * @param changes pairs of a pattern and what is put there
   */
  private Path config(String name, String... changes) {
    String text = new String(TinyRun.read(tiny.config()), StandardCharsets.UTF_8);
    for (int i = 0; i < changes.length; i += 2) {
      assertThat(text).containsPattern(changes[i]);
      text = text.replaceFirst(changes[i], changes[i + 1]);
    }
    Path file = tiny.folder().resolve(name + ".yaml");
    tiny.write(file, text.getBytes(StandardCharsets.UTF_8));
    return file;
  }

  private static Ended compare(Path one, Path other, String... options) {
    String[] words = new String[3 + options.length];
    words[0] = "compare";
    words[1] = one.toString();
    words[2] = other.toString();
    System.arraycopy(options, 0, words, 3, options.length);
    return Ended.of(words);
  }

  private static List<Double> top1(JsonNode configuration) {
    return StreamSupport.stream(configuration.get("runs").spliterator(), false)
        .map(run -> run.at("/student/top1").asDouble())
        .toList();
  }

  /** Of the two configurations alone. */
  private static Map<String, ByteBuffer> students() {
    Map<String, ByteBuffer> files = TinyRun.files(folder.resolve("first/work"), "student.onnx");
    files.keySet().removeIf(name -> !name.startsWith("k"));
    return files;
  }
}
