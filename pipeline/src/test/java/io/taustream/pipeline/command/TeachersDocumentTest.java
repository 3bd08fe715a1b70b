package io.taustream.pipeline.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The Java in docs/teachers.md is the example's, which is compiled and run. */
class TeachersDocumentTest {
  private static final Path ROOT = Path.of(System.getProperty("taustream.root"));
  private static final Pattern JAVA = Pattern.compile("(?s)```java\n(.*?)```");

  @Test
  void showsTheExampleAsItIs() throws IOException {
    Path folder = ROOT.resolve("pipeline/src/test/java/com/example/teacher");
    String example =
        Files.readString(folder.resolve("NearestMeanProvider.java"))
            + Files.readString(folder.resolve("NearestMeanTeacher.java"));
    List<String> shown =
        JAVA.matcher(Files.readString(ROOT.resolve("docs/teachers.md")))
            .results()
            .map(MatchResult::group)
            .map(block -> block.lines().filter(line -> !line.startsWith("```")).toList())
            .map(lines -> words(String.join("\n", lines)))
            .toList();

    assertThat(shown).hasSize(2).allSatisfy(block -> assertThat(words(example)).contains(block));
  }

  /** Where lines are broken does not count. */
  private static String words(String text) {
    return text.strip().replaceAll("\\s+", " ");
  }
}
