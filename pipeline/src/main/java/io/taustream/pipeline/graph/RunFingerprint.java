package io.taustream.pipeline.graph;

import io.taustream.pipeline.config.RunConfig;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;

/** What a checkpoint and the run that goes on from it must share. */
final class RunFingerprint {
  private RunFingerprint() {}

  /** The configuration's, and who the teachers are: their names alone could stand for others. */
  static String of(RunConfig config, List<TeacherSlot> teachers) {
    String text =
        config.fingerprint()
            + teachers.stream()
                .map(slot -> " " + slot.identity().sha256())
                .collect(Collectors.joining());
    return hash(text);
  }

  /** The same for a student that comes from a file: the file's content counts too. */
  static String of(String fingerprint, StudentModule module) {
    return hash(fingerprint + " " + module.sha256());
  }

  /** SHA-256 in hex. */
  static String hash(String text) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
