package io.taustream.pipeline.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import io.taustream.pipeline.report.SkippedLog;
import io.taustream.pipeline.report.SkippedSample;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code label --worker i/n} does, one worker after the other. */
class WorkersTest {
  @TempDir Path folder;

  private TinyRun tiny(String name) {
    return TinyRun.in(folder.resolve(name));
  }

  @Test
  void partsAreOneAnothersRestAndTheirLabelsThoseOfOneProcess() {
    TinyRun divided = tiny("divided");
    TinyRun whole = tiny("whole");
    whole.command("label", "CONFIG").isDone();

    Ended second = divided.command("label", "CONFIG", "--worker", "2/3", "--json").isDone();
    Map<String, ByteBuffer> afterSecond = divided.labelFiles();
    Ended third = divided.command("label", "CONFIG", "--worker", "3/3").isDone();
    Ended first = divided.command("label", "CONFIG", "--worker", "1/3", "--json").isDone();

    assertThat(second.json().get("state").asText()).isEqualTo("done");
    assertThat(second.json().get("worker").asInt()).isEqualTo(2);
    assertThat(second.json().get("workers").asInt()).isEqualTo(3);
    assertThat(afterSecond.keySet()).singleElement().asString().endsWith("train-0001.tar.arrow");
    requireTeacher(second, 1, 1, 3, 3);
    assertThat(second.json().at("/teachers/0/test").isNull()).isTrue();
    assertThat(second.err()).contains("tiny: train labels, worker 2/3: 48 images");
    assertThat(third.out())
        .contains(
            "worker 3/3, 1 shards, 1 labelled now, 48 rows",
            "2 of the other workers' 3 shards are still to be labelled");
    // The shards are numbered through: the test data's only one is the fourth.
    requireTeacher(first, 2, 2, 2, 0);
    assertThat(first.json().at("/teachers/0/test/samples").asInt())
        .isEqualTo(TinyRun.SHARD_SAMPLES);
    assertThat(divided.labelFiles()).isEqualTo(whole.labelFiles());
    assertThat(divided.command("label", "CONFIG").isDone().out())
        .contains("4 shards, all labelled before")
        .doesNotContain("worker");
    divided.command("labels", "verify", "CONFIG").isDone();
  }

  private static void requireTeacher(Ended ended, int shards, int made, int others, int left) {
    JsonNode teacher = ended.json().at("/teachers/0");
    assertThat(teacher.get("shards").asInt()).isEqualTo(shards);
    assertThat(teacher.get("made").asInt()).isEqualTo(made);
    assertThat(teacher.get("others").asInt()).isEqualTo(others);
    assertThat(teacher.get("left").asInt()).isEqualTo(left);
  }

  @Test
  void aWorkerWithoutAShardHasNothingToDo() {
    TinyRun run = tiny("many");

    Ended last = run.command("label", "CONFIG", "--worker", "9/9").isDone();

    assertThat(last.out())
        .contains(
            "worker 9/9, 0 shards",
            "0 rows; 4 of the other workers' 4 shards are still to be labelled");
    assertThat(run.labelFiles()).isEmpty();
  }

  @Test
  void aWorkerListsWhatItSkipsInAFileOfItsOwn() throws Exception {
    TinyRun run =
        tiny("skipped").edit("shuffle-window: 30", "shuffle-window: 30\n  max-skipped: 0.5");
    Map<String, byte[]> entries = new LinkedHashMap<>();
    for (int i = 0; i < 10; i++) {
      byte[] image = i == 4 ? new byte[] {1, 2, 3} : TinyShards.png(i % 3, i);
      TinyShards.addSample(entries, "sample-%04d".formatted(i), image, i % 3);
    }
    TinyShards.write(run.data("train-0001.tar"), entries);

    run.command("label", "CONFIG", "--worker", "1/2").isDone();
    run.command("label", "CONFIG", "--worker", "2/2").isDone();

    Path first = run.results().resolve("skipped-1-of-2.jsonl");
    Path second = run.results().resolve("skipped-2-of-2.jsonl");
    assertThat(first).isEmptyFile();
    assertThat(SkippedLog.read(second))
        .extracting(SkippedSample::shard, SkippedSample::ordinal)
        .containsExactly(tuple("train-0001.tar", 4));
    assertThat(run.results().resolve("skipped.jsonl")).doesNotExist();

    run.command("train", "CONFIG", "--fresh").isDone();

    assertThat(first).doesNotExist();
    assertThat(second).doesNotExist();
    assertThat(Files.readString(run.results().resolve("skipped.jsonl"))).contains("train-0001.tar");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0/4", "5/4", "4", "one/four"})
  void refusesWhatIsNoWorker(String worker) {
    TinyRun run = tiny("wrong");

    Ended ended = run.command("label", "CONFIG", "--worker", worker);

    assertThat(ended.status()).isEqualTo(2);
    assertThat(ended.err()).contains("--worker: found " + worker, "1/N to N/N");
    assertThat(run.labelFiles()).isEmpty();
  }
}
