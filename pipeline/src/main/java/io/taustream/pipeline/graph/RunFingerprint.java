package io.taustream.pipeline.graph;

import io.taustream.pipeline.config.RunConfig;
import io.taustream.storage.Sha256;
import java.util.List;
import java.util.Optional;
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
    return Sha256.hex(text);
  }

  /** The same with the student: where it comes from a file, the file's content counts too. */
  static String of(String fingerprint, Optional<StudentModule> module) {
    return module.map(m -> Sha256.hex(fingerprint + " " + m.sha256())).orElse(fingerprint);
  }
}
