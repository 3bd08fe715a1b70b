package io.taustream.pipeline.graph;

import io.taustream.ingest.batch.SkippedSamples;
import io.taustream.ingest.order.EpochOrder;
import io.taustream.pipeline.config.RunConfig;
import io.taustream.storage.TaustreamException;
import io.taustream.storage.sample.Shard;
import io.taustream.student.diagnose.GradientDiagnosis;
import io.taustream.student.train.StudentTrainer;
import io.taustream.student.train.TrainStage;
import java.util.function.UnaryOperator;
import reactor.core.publisher.Flux;

/** Puts a training run together: from shards to the student's step. */
final class TrainingRunAssembly {
  /** The share of the heap that the encoded samples in the shuffle window may fill. */
  private static final double WINDOW_SHARE = 0.5;

  /**
   * Steps from one diagnosis of the gradients to the next. A diagnosis costs what the loss costs, a
   * few per cent of a step, and one batch in twenty shows the trend.
   */
  private static final int DIAGNOSE_EVERY = 20;

  private final RunConfig config;
  private final Resources resources;
  private final StopRequest stop;
  private final Progress progress;

  TrainingRunAssembly(RunConfig config, Resources resources, StopRequest stop, Progress progress) {
    this.config = config;
    this.resources = resources;
    this.stop = stop;
    this.progress = progress;
  }

  /**
   * A run that goes on where the student stands. Blocking: reads the first shard.
   *
   * @param gate lets each shard through when its labels are there
   */
  TrainingRun make(Training.Inputs inputs, UnaryOperator<Flux<Shard>> gate, RunRecorder recorder) {
    long samples = SampleEstimate.of(inputs.data().train()).block();
    requireWindowFits(inputs.data(), samples);
    TrainingRun.Plan plan =
        new TrainingRun.Plan(
            config.train().epochs(),
            StudentAssembly.schedule(config),
            samples,
            config.train().checkpointEvery(),
            config.train().evaluateEvery(),
            config.seed(),
            inputs.student().progress().fingerprint());
    return new TrainingRun(
        plan, parts(inputs, gate, recorder), inputs.student().progress(), stop, progress);
  }

  private void requireWindowFits(DataSources data, long samples) {
    double sampleBytes =
        data.train().shards().stream().mapToLong(Shard::size).sum() / (double) samples;
    double needed = sampleBytes * Math.min(samples, config.data().shuffleWindow());
    double allowed = Runtime.getRuntime().maxMemory() * WINDOW_SHARE;
    if (needed > allowed) {
      throw new TaustreamException(
          ("data.shuffle-window is %,d samples of about %,.0f bytes, %,.0f MiB in all; half of the heap,"
                  + " %,.0f MiB, is allowed: lower it, or give more heap, such as"
                  + " TAUSTREAM_OPTS=-Xmx4g")
              .formatted(
                  config.data().shuffleWindow(),
                  sampleBytes,
                  needed / (1 << 20),
                  allowed / (1 << 20)));
    }
  }

  private TrainingRun.Parts parts(
      Training.Inputs inputs, UnaryOperator<Flux<Shard>> gate, RunRecorder recorder) {
    StudentAssembly student = inputs.student();
    StudentTrainer trainer =
        new StudentTrainer(
            student.student(),
            student.loss(),
            student.learned(),
            student.optimizer(),
            student.threads(),
            student.progress().step(),
            GradientDiagnosis.every(DIAGNOSE_EVERY));
    return new TrainingRun.Parts(
        student.student(),
        student.learned(),
        student.optimizer(),
        new TrainStage(trainer, resources.workers().student()),
        batches(inputs, gate),
        student.evaluator(resources.workers()),
        TestSetFactory.of(config, resources, inputs.data(), inputs.teachers()),
        student.checkpoints(),
        recorder,
        resources.studentMeter(),
        resources.workers().student());
  }

  private EpochBatches batches(Training.Inputs inputs, UnaryOperator<Flux<Shard>> gate) {
    SkippedSamples skipped = SkippedListing.into(inputs.skipped(), config);
    skipped.seenBefore(inputs.student().progress().position(), 0);
    return new EpochBatches(
        inputs.data().train(),
        new EpochOrder(config.seed(), config.data().shuffleWindow()),
        TeacherSlot.trainView(config),
        config.train().batch(),
        resources.halfOfImages(),
        skipped,
        gate,
        inputs.labels()::join,
        stop);
  }
}
