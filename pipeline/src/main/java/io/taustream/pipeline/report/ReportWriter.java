package io.taustream.pipeline.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Properties;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes reports: one HTML file each that needs nothing else, neither network nor files beside it.
 * The numbers lie in it as JSON; report.js turns them into tables and curves when it is opened.
 */
public final class ReportWriter {
  private static final String UPLOT = "/META-INF/resources/webjars/uplot/";
  private static final Pattern SLOT = Pattern.compile("\\{\\{([a-z-]+)}}");

  private ReportWriter() {}

  /** The report of one run. */
  public static String html(RunReport report) {
    return page(report.run(), new Page("run", report.run(), ReportModel.of(report), null));
  }

  /** Several configurations side by side: one table and their curves over each other. */
  public static String compare(String title, Comparison comparison) {
    return page(title, new Page("compare", title, null, ComparisonModel.of(comparison)));
  }

  /** Of {@code run} and {@code comparison} one is null, as {@code kind} says. */
  private record Page(String kind, String title, ReportModel run, ComparisonModel comparison) {}

  private static String page(String title, Page page) {
    String uplot = UPLOT + uplotVersion();
    Map<String, String> slots =
        Map.of(
            "title", escape(title),
            "style", text("report.css"),
            "uplot-style", text(uplot + "/dist/uPlot.min.css"),
            "uplot-licence", text(uplot + "/LICENSE"),
            "uplot-script", text(uplot + "/dist/uPlot.iife.min.js"),
            "script", text("report.js"),
            "data", json(page));
    // One pass, so that nothing inside a filled slot is taken for a slot.
    return SLOT.matcher(text("report.html"))
        .replaceAll(slot -> Matcher.quoteReplacement(fill(slots, slot)));
  }

  private static String fill(Map<String, String> slots, MatchResult slot) {
    String content = slots.get(slot.group(1));
    if (content == null) {
      throw new IllegalStateException("report.html has an unknown slot " + slot.group());
    }
    return content;
  }

  private static String json(Page page) {
    try {
      // "</script>" or "<!--" in a string would end or change the element; < is the same string.
      return MetricsJson.mapper().writeValueAsString(page).replace("<", "\\u003c");
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a report holds something that is no JSON", e);
    }
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  private static String uplotVersion() {
    Properties properties = new Properties();
    try (InputStream in = open("/META-INF/maven/org.webjars.npm/uplot/pom.properties")) {
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties.getProperty("version");
  }

  private static String text(String resource) {
    try (InputStream in = open(resource)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static InputStream open(String resource) {
    InputStream in = ReportWriter.class.getResourceAsStream(resource);
    if (in == null) {
      throw new IllegalStateException(resource + " is not on the class path");
    }
    return in;
  }
}
