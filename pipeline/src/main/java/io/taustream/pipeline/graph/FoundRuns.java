package io.taustream.pipeline.graph;

import io.taustream.pipeline.config.RunConfig;
import io.taustream.pipeline.report.Comparison;
import io.taustream.pipeline.report.RunReport;
import io.taustream.storage.TaustreamException;
import io.taustream.storage.object.ObjectUri;
import io.taustream.student.checkpoint.Checkpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the runs of a comparison have left in their folders before it begins. Blocking.
 *
 * @param version of Taustream
 */
record FoundRuns(String version) {
  private static final Logger LOG = LoggerFactory.getLogger(FoundRuns.class);

  /**
   * The runs of a configuration that have a checkpoint of exactly this configuration, whole or not.
   * Whatever is wrong with another is said when it is trained.
   *
   * @throws RunHeldException if another process works on one of them
   */
  List<Comparison.SeedRun> of(ComparedConfig candidate, List<Long> seeds) {
    List<Comparison.SeedRun> found = new ArrayList<>();
    try (Resources resources = new Resources(candidate.config())) {
      List<RunConfig> begun =
          seeds.stream()
              .map(candidate::withSeed)
              .filter(run -> hasCheckpoint(run, resources))
              .toList();
      if (begun.isEmpty()) {
        return found;
      }
      List<TeacherSlot> teachers = TeacherSlot.all(candidate.config(), resources, version);
      try {
        for (RunConfig run : begun) {
          read(run, candidate.text(run), teachers, resources).ifPresent(found::add);
        }
      } finally {
        teachers.forEach(TeacherSlot::close);
      }
    } catch (RunHeldException e) {
      throw e;
    } catch (TaustreamException e) {
      LOG.debug(
          "{} is not read before it is trained: {}", candidate.config().run(), e.getMessage());
    }
    return found;
  }

  private static boolean hasCheckpoint(RunConfig run, Resources resources) {
    ObjectUri checkpoints = run.folder().child(RunFolder.CHECKPOINTS);
    return Boolean.TRUE.equals(
        resources.objects().list(checkpoints.child("checkpoint-")).hasElements().block());
  }

  @SuppressWarnings("try") // the folder is held, and nothing asked of the hold
  private static Optional<Comparison.SeedRun> read(
      RunConfig run, String text, List<TeacherSlot> teachers, Resources resources) {
    RunFolder folder = RunFolder.of(run, resources);
    try (RunFolder.Hold hold = folder.hold()) {
      Optional<StudentModule> module = StudentModule.fetch(run.student(), resources.objects());
      String fingerprint = RunFingerprint.of(RunFingerprint.of(run, teachers), module);
      return folder
          .checkpointStore(run.train().keepCheckpoints())
          .latest(fingerprint)
          .map(Checkpoint::progress)
          .blockOptional()
          .map(
              progress ->
                  progress.epoch() >= run.train().epochs()
                      ? RunReport.State.DONE
                      : RunReport.State.STOPPED)
          .map(state -> RunReports.of(folder, run, text, state))
          .map(
              report ->
                  new Comparison.SeedRun(
                      run.seed(), folder.uri().toString(), report, Optional.empty()));
    } catch (RunHeldException e) {
      throw e;
    } catch (TaustreamException e) {
      LOG.debug("{} is not read before it is trained: {}", run.run(), e.getMessage());
      return Optional.empty();
    }
  }
}
