package io.taustream.pipeline.graph;

import io.taustream.pipeline.config.OptimizerConfig;
import io.taustream.pipeline.config.RunConfig;
import io.taustream.pipeline.config.ScheduleConfig;
import io.taustream.student.checkpoint.Checkpoint;
import io.taustream.student.checkpoint.CheckpointStore;
import io.taustream.student.checkpoint.TrainingProgress;
import io.taustream.student.evaluate.StudentEvaluator;
import io.taustream.student.loss.WeightedLoss;
import io.taustream.student.model.NetworkStudent;
import io.taustream.student.model.PixelNormalisation;
import io.taustream.student.model.StudentDevice;
import io.taustream.student.model.StudentModels;
import io.taustream.student.optimizer.Optimizer;
import io.taustream.student.optimizer.Schedule;
import io.taustream.student.optimizer.Sgd;
import io.taustream.student.train.TorchThreads;
import java.util.Optional;

/**
 * A run's student with its optimiser, as new or as the last checkpoint has it.
 *
 * @param progress where the run stands
 * @param resumed whether that comes from a checkpoint
 */
record StudentAssembly(
    NetworkStudent student,
    Optimizer optimizer,
    WeightedLoss loss,
    TorchThreads threads,
    CheckpointStore checkpoints,
    TrainingProgress progress,
    boolean resumed)
    implements AutoCloseable {

  /**
   * Makes the student and restores its last checkpoint, if there is one. Blocking.
   *
   * @param fingerprint that the checkpoint must have
   */
  static StudentAssembly open(
      RunConfig config, Resources resources, RunFolder folder, String fingerprint) {
    TorchThreads threads = new TorchThreads(config.threads().student());
    NetworkStudent student =
        StudentModels.create(
            config.student().model(),
            config.data().classes(),
            config.view().size(),
            new PixelNormalisation(config.student().mean(), config.student().deviation()),
            config.seed(),
            StudentDevice.choose(config.device()));
    Optimizer optimizer = optimizer(student, config.train().optimizer());
    CheckpointStore checkpoints =
        new CheckpointStore(
            resources.objects(), folder.checkpoints(), config.train().keepCheckpoints());
    try {
      Optional<Checkpoint> last = checkpoints.latest(fingerprint).blockOptional();
      last.ifPresent(checkpoint -> checkpoint.restore(student, optimizer));
      return new StudentAssembly(
          student,
          optimizer,
          LossTerms.of(config.loss(), threads.count()),
          threads,
          checkpoints,
          last.map(Checkpoint::progress)
              .orElseGet(() -> new TrainingProgress(0, 0, 0, config.seed(), fingerprint, "")),
          last.isPresent());
    } catch (RuntimeException e) {
      optimizer.close();
      student.close();
      throw e;
    }
  }

  private static Optimizer optimizer(NetworkStudent student, OptimizerConfig config) {
    OptimizerConfig.Sgd sgd = (OptimizerConfig.Sgd) config;
    return new Sgd(student, new Sgd.Settings(sgd.momentum(), sgd.weightDecay(), sgd.nesterov()));
  }

  /** Evaluates the student, on the thread that trains it. */
  StudentEvaluator evaluator(Workers workers) {
    return new StudentEvaluator(student, Optional.empty(), threads, workers.student());
  }

  static Schedule schedule(RunConfig config) {
    double peak = ((OptimizerConfig.Sgd) config.train().optimizer()).lr();
    if (config.train().schedule() instanceof ScheduleConfig.Step step) {
      return new Schedule.Step(
          peak,
          step.at().stream().map(Integer::doubleValue).toList(),
          step.factor(),
          step.warmupEpochs());
    }
    double warmup = config.train().schedule().warmupEpochs();
    return new Schedule.Cosine(peak, config.train().epochs(), warmup);
  }

  @Override
  public void close() {
    optimizer.close();
    student.close();
  }
}
