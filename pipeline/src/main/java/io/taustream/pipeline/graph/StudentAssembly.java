package io.taustream.pipeline.graph;

import io.taustream.pipeline.config.OptimizerConfig;
import io.taustream.pipeline.config.RunConfig;
import io.taustream.pipeline.config.ScheduleConfig;
import io.taustream.student.checkpoint.Checkpoint;
import io.taustream.student.checkpoint.CheckpointStore;
import io.taustream.student.checkpoint.TrainingProgress;
import io.taustream.student.evaluate.StudentEvaluator;
import io.taustream.student.loss.LearnedParameters;
import io.taustream.student.loss.WeightedLoss;
import io.taustream.student.model.PixelNormalisation;
import io.taustream.student.model.Student;
import io.taustream.student.model.StudentDevice;
import io.taustream.student.model.StudentModels;
import io.taustream.student.optimizer.Optimizer;
import io.taustream.student.optimizer.Schedule;
import io.taustream.student.optimizer.Sgd;
import io.taustream.student.train.TorchThreads;
import java.util.Optional;

/**
 * A run's student with its loss and optimiser, as new or as the last checkpoint has it.
 *
 * @param learned what the loss learns
 * @param progress where the run stands
 * @param resumed whether that comes from a checkpoint
 */
record StudentAssembly(
    Student student,
    Optimizer optimizer,
    WeightedLoss loss,
    LearnedParameters learned,
    TorchThreads threads,
    CheckpointStore checkpoints,
    TrainingProgress progress,
    boolean resumed)
    implements AutoCloseable {

  /**
   * Makes the student and restores its last checkpoint, if there is one. Blocking.
   *
   * @param fingerprint that the checkpoint must have, as far as configuration and teachers go
   */
  static StudentAssembly open(
      RunConfig config, Resources resources, RunFolder folder, String fingerprint) {
    TorchThreads threads = new TorchThreads(config.threads().student());
    Optional<StudentModule> module = StudentModule.fetch(config.student(), resources.objects());
    String whole = RunFingerprint.of(fingerprint, module);
    WeightedLoss loss = LossTerms.of(config.loss(), threads.count());
    CheckpointStore checkpoints = folder.checkpointStore(config.train().keepCheckpoints());
    Student student = student(config, module);
    try {
      LearnedParameters learned = LearnedParameters.of(loss, student.manager());
      Optimizer optimizer = optimizer(student, learned, config.train().optimizer());
      Optional<Checkpoint> last = checkpoints.latest(whole).blockOptional();
      last.ifPresent(checkpoint -> checkpoint.restore(student, learned.tensors(), optimizer));
      return new StudentAssembly(
          student,
          optimizer,
          loss,
          learned,
          threads,
          checkpoints,
          last.map(Checkpoint::progress)
              .orElseGet(() -> new TrainingProgress(0, 0, 0, config.seed(), whole, "")),
          last.isPresent());
    } catch (RuntimeException e) {
      // The learned parameters' and the optimiser's tensors are the student's manager's.
      student.close();
      throw e;
    }
  }

  private static Student student(RunConfig config, Optional<StudentModule> module) {
    int classes = config.data().classes();
    int size = config.view().size();
    PixelNormalisation normalisation =
        new PixelNormalisation(config.student().mean(), config.student().deviation());
    StudentDevice device = StudentDevice.choose(config.device());
    if (module.isPresent()) {
      return module.get().student(classes, size, normalisation, config.seed(), device);
    }
    String model = config.student().model().orElseThrow();
    return StudentModels.create(model, classes, size, normalisation, config.seed(), device);
  }

  private static Optimizer optimizer(
      Student student, LearnedParameters learned, OptimizerConfig config) {
    OptimizerConfig.Sgd sgd = (OptimizerConfig.Sgd) config;
    return new Sgd(
        student,
        learned.tensors(),
        new Sgd.Settings(sgd.momentum(), sgd.weightDecay(), sgd.nesterov()));
  }

  /** Evaluates the student, on the thread that trains it. */
  StudentEvaluator evaluator(Workers workers) {
    return new StudentEvaluator(student, threads, workers.student());
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
    learned.close();
    student.close();
  }
}
