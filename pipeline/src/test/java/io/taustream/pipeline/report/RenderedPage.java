package io.taustream.pipeline.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A report as Chromium shows it, after its script has run.
 *
 * @param dom the document without its scripts and styles, so that only what is shown is found in it
 */
record RenderedPage(String dom) {
  private static final List<String> BROWSERS =
      List.of("chromium", "chromium-browser", "google-chrome");
  private static final Pattern UNSEEN = Pattern.compile("(?s)<(script|style)\\b.*?</\\1>");
  private static final Pattern FIGURE = Pattern.compile("(?s)<figure.*?</figure>");
  private static final Pattern TABLE = Pattern.compile("(?s)<table.*?</table>");

  /** Renders a page; skips the test where there is no Chromium. */
  static RenderedPage of(String html, Path folder) throws IOException, InterruptedException {
    Optional<Path> browser = browser();
    assumeTrue(browser.isPresent(), "no " + String.join(", ", BROWSERS) + " on the PATH");
    Path page = Files.writeString(folder.resolve("page.html"), html);
    Path dom = folder.resolve("dom.html");
    Path log = folder.resolve("chromium.log");
    Process process =
        new ProcessBuilder(
                browser.get().toString(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--user-data-dir=" + folder.resolve("profile"),
                "--enable-logging=stderr",
                "--dump-dom",
                page.toUri().toString())
            .redirectOutput(dom.toFile())
            .redirectError(log.toFile())
            .start();
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("the page is rendered in time").isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(Files.readString(log, StandardCharsets.UTF_8).lines())
        .filteredOn(line -> line.contains("CONSOLE"))
        .isEmpty();
    return new RenderedPage(
        UNSEEN.matcher(Files.readString(dom, StandardCharsets.UTF_8)).replaceAll(""));
  }

  private static Optional<Path> browser() {
    return BROWSERS.stream()
        .flatMap(
            name ->
                Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                    .map(folder -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** The drawn figure with this title. */
  String figure(String title) {
    return only(FIGURE, "<h3>" + title + "</h3>");
  }

  /** The tables that have this text. */
  List<String> tables(String text) {
    return found(TABLE, text).toList();
  }

  private String only(Pattern pattern, String text) {
    List<String> all = found(pattern, text).toList();
    assertThat(all).as(text).hasSize(1);
    return all.get(0);
  }

  private Stream<String> found(Pattern pattern, String text) {
    return pattern.matcher(dom).results().map(MatchResult::group).filter(s -> s.contains(text));
  }
}
