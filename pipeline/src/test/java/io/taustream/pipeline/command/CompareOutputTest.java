package io.taustream.pipeline.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the report of {@code compare} may go, and what happens where it cannot. */
class CompareOutputTest {
  @TempDir Path folder;

  private TinyRun tiny;

  @BeforeEach
  void run() {
    tiny = TinyRun.in(folder.resolve("tiny"));
  }

  @Test
  void aPlaceThatCannotBeWrittenIsSaidBeforeAnythingIsDone() {
    tiny.command(words(tiny.config().resolve("report.html").toString())).failed(1, "report.html");

    assertThat(tiny.labelFiles()).isEmpty();
    assertThat(folder.resolve("tiny/work/tiny-seed7")).doesNotExist();
  }

  @Test
  void aPlaceOfAnUnknownSchemeIsWrongUsage() {
    Ended ended = tiny.command(words("gs://bucket/report.html"));

    assertThat(ended.status()).isEqualTo(2);
    assertThat(ended.err()).contains("--output: 'gs://bucket/report.html' has an unknown scheme");
  }

  @Test
  void aPlaceMayHaveAScheme() {
    Path report = folder.resolve("elsewhere/report.html");

    tiny.command(words(report.toUri().toString())).isDone();

    assertThat(report).isNotEmptyFile();
  }

  @Test
  void aPlaceThatIsLostIsAWarningAfterEachRunAndAnErrorAtTheEnd() throws IOException {
    Path report = folder.resolve("report.html");
    Ended ended;
    try (ChildProcess child =
        ChildProcess.start(folder, tiny.withConfig(words(report.toString())))) {
      child.await(() -> Files.exists(report));
      Files.delete(report);
      Files.createDirectory(report);
      Files.createFile(report.resolve("in the way"));
      ended = child.end();
    }

    assertThat(ended.status()).as(ended.err()).isEqualTo(1);
    assertThat(ended.out()).isEmpty();
    assertThat(ended.err())
        .contains("The report is not up to date", "1 of 2 seeds are done")
        .containsSubsequence(
            "The results, whose report cannot be written:", "| tiny ", "taustream: ");
    assertThat(folder.resolve("tiny/work/tiny-seed8/student.onnx")).isNotEmptyFile();
  }

  private static String[] words(String output) {
    return new String[] {"compare", "CONFIG", "--seeds", "7,8", "--output", output};
  }
}
