package io.taustream.pipeline.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.taustream.student.diagnose.SampleOutcomes;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RunNotesTest {
  @Test
  void givesBackWhatACheckpointKept() {
    SampleOutcomes.Builder outcomes = new SampleOutcomes.Builder();
    outcomes.add(new float[] {1, 0.3f}, new float[] {2, 0}, true);
    outcomes.add(new float[] {1, 7}, new float[] {2, 0}, false);
    outcomes.addUnlabelled();
    RunNotes notes = new RunNotes(new EpochMeans(64, 1 / 3.0, 2.5), Optional.of(outcomes.build()));

    assertThat(RunNotes.fromJson(notes.toJson())).isEqualTo(notes);
  }

  @Test
  void takesARunThatHasNotBeenEvaluatedYet() {
    RunNotes notes = new RunNotes(new EpochMeans(64, 1.5, 2.5), Optional.empty());

    assertThat(RunNotes.fromJson(notes.toJson())).isEqualTo(notes);
    assertThat(RunNotes.fromJson("{\"images\":64,\"lossSum\":1.5,\"seconds\":2.5}"))
        .isEqualTo(notes);
    assertThat(RunNotes.fromJson("")).isEqualTo(RunNotes.NONE);
  }
}
