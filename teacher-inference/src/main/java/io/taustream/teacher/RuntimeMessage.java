package io.taustream.teacher;

import ai.onnxruntime.OrtException;
import java.util.regex.Pattern;

/** What ONNX Runtime says of a failure, without what only its developers need. */
final class RuntimeMessage {
  private static final Pattern CODE = Pattern.compile("^Error code - \\w+ - message: ");
  private static final Pattern FILE = Pattern.compile("^Load model from .*? failed:");

  /** A source file, a line and, up to the next sentence, the signature of a C++ function. */
  private static final Pattern SOURCE =
      Pattern.compile("\\S+\\.(?:h|cc|cpp):\\d+ (?:.*?\\) (?=[A-Z]))?");

  private static final int LONGEST = 400;

  private RuntimeMessage() {}

  /** One line of at most {@value #LONGEST} characters. */
  static String of(OrtException e) {
    String text = e.getMessage().lines().findFirst().orElse(e.getCode().name());
    for (Pattern noise : new Pattern[] {CODE, FILE, SOURCE}) {
      text = noise.matcher(text).replaceFirst("");
    }
    text = text.strip().replaceFirst("\\.$", "");
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
  }
}
