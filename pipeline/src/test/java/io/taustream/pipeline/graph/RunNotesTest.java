package io.taustream.pipeline.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.taustream.storage.object.ObjectUri;
import io.taustream.storage.sample.Shard;
import io.taustream.student.diagnose.SampleOutcomes;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RunNotesTest {
  @Test
  void givesBackWhatACheckpointKept() {
    SampleOutcomes.Builder outcomes = new SampleOutcomes.Builder();
    outcomes.add(new float[] {1, 0.3f}, new float[] {2, 0}, true);
    outcomes.add(new float[] {1, 7}, new float[] {2, 0}, false);
    outcomes.addUnlabelled();
    RunNotes notes =
        new RunNotes(new EpochMeans(64, 1 / 3.0, 2.5), Optional.of(outcomes.build()), "one");

    assertThat(RunNotes.fromJson(notes.toJson())).isEqualTo(notes);
  }

  @Test
  void dropsTheOutcomesOfAnotherTestSet() {
    SampleOutcomes.Builder builder = new SampleOutcomes.Builder();
    builder.add(new float[] {1, 0.3f}, new float[] {2, 0}, true);
    SampleOutcomes outcomes = builder.build();
    EpochMeans means = new EpochMeans(64, 1.5, 2.5);
    RunNotes notes =
        RunNotes.fromJson(
            new RunNotes(means, Optional.of(outcomes), identity("a.tar", 9)).toJson());

    assertThat(notes.outcomesOf(identity("a.tar", 9))).contains(outcomes);
    assertThat(notes.outcomesOf(identity("b.tar", 9))).isEmpty();
    assertThat(notes.outcomesOf(identity("a.tar", 8))).isEmpty();
  }

  @Test
  void dropsOutcomesWhoseTestSetIsNotKnown() {
    SampleOutcomes.Builder builder = new SampleOutcomes.Builder();
    builder.addUnlabelled();
    String bytes = Base64.getEncoder().encodeToString(builder.build().toBytes());
    RunNotes notes =
        RunNotes.fromJson(
            "{\"images\":0,\"lossSum\":0,\"seconds\":0,\"outcomes\":\"%s\"}".formatted(bytes));

    assertThat(notes.outcomes()).isPresent();
    assertThat(notes.outcomesOf(identity("a.tar", 9))).isEmpty();
  }

  /** Of a test set of one shard. */
  private static String identity(String name, long size) {
    return TestSet.identity(
        List.of(new Shard(name, new ObjectUri("s3", "bucket", name), size, "any")));
  }

  @Test
  void takesARunThatHasNotBeenEvaluatedYet() {
    RunNotes notes = new RunNotes(new EpochMeans(64, 1.5, 2.5), Optional.empty(), "");

    assertThat(RunNotes.fromJson(notes.toJson())).isEqualTo(notes);
    assertThat(RunNotes.fromJson("{\"images\":64,\"lossSum\":1.5,\"seconds\":2.5}"))
        .isEqualTo(notes);
    assertThat(RunNotes.fromJson("")).isEqualTo(RunNotes.NONE);
  }
}
