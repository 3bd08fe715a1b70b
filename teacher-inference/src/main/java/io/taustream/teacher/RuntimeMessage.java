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

  private static final Pattern OUT_OF_MEMORY =
      Pattern.compile(
          "bad_alloc|failed to allocate|out of ?memory|bad allocation|(?:integer|size) overflow"
              // cuBLAS and cuDNN; Windows, of DirectML
              + "|_ALLOC_FAILED|not enough memory|8007000E",
          Pattern.CASE_INSENSITIVE);

  private static final int LONGEST = 400;

  private RuntimeMessage() {}

  /** Whether the runtime got less memory than it needs. */
  static boolean isOutOfMemory(OrtException e) {
    return OUT_OF_MEMORY.matcher(e.getMessage()).find();
  }

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
