package io.taustream.student.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.taustream.storage.TaustreamException;
import io.taustream.student.diagnose.GradientDiagnosis;
import io.taustream.student.diagnose.TermGradients;
import io.taustream.student.loss.LearnedParameters;
import io.taustream.student.loss.LossInput;
import io.taustream.student.loss.WeightedLoss;
import io.taustream.student.model.Autograd;
import io.taustream.student.model.Student;
import io.taustream.student.optimizer.Gradients;
import io.taustream.student.optimizer.Optimizer;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Forward, loss, backward, update. Everything that a step makes is freed with it; student and
 * optimiser are borrowed. Not thread-safe: one step at a time, though not always on the same
 * thread.
 */
public final class StudentTrainer {
  private final Student student;
  private final WeightedLoss loss;
  private final LearnedParameters learned;
  private final Optimizer optimizer;
  private final Gradients gradients;
  private final TorchThreads threads;
  private final GradientDiagnosis diagnosis;
  private long steps;

  /** Trains on a loss that learns nothing itself, without a diagnosis, from a first step on. */
  public StudentTrainer(
      Student student, WeightedLoss loss, Optimizer optimizer, TorchThreads threads, long steps) {
    this(student, loss, LearnedParameters.NONE, optimizer, threads, steps, GradientDiagnosis.NEVER);
  }

  /**
   * Trains from a first step on.
   *
   * @param learned what the loss learns; borrowed
   * @param optimizer of the student's parameters and the learned ones
   * @param threads that libtorch may use
   * @param steps taken before, 0 for a fresh student
   * @param diagnosis says which steps' gradients are taken apart; it changes nothing in training
   */
  public StudentTrainer(
      Student student,
      WeightedLoss loss,
      LearnedParameters learned,
      Optimizer optimizer,
      TorchThreads threads,
      long steps,
      GradientDiagnosis diagnosis) {
    this.student = student;
    this.loss = loss;
    this.learned = learned;
    this.optimizer = optimizer;
    this.gradients =
        new Gradients(
            Stream.concat(student.parameters().stream(), learned.tensors().stream()).toList());
    this.threads = threads;
    this.steps = steps;
    this.diagnosis = diagnosis;
  }

  /** Steps taken so far, over the whole run. */
  public long steps() {
    return steps;
  }

  /**
   * One step on a batch, which stays the caller's.
   *
   * @throws TaustreamException if the loss or its gradient is not finite: the parameters and the
   *     optimiser are then as before, the running statistics are not; or if the batch does not fit
   *     the student or the loss
   */
  public StepResult step(TrainingBatch batch, StepTime time) {
    long started = System.nanoTime();
    double learningRate = time.learningRate();
    threads.apply();
    try (NDManager manager = student.manager().newSubManager()) {
      BatchTensors tensors = BatchTensors.over(batch, student.classes(), manager);
      LossInput input = Autograd.record(() -> forward(tensors, time.epoch()));
      WeightedLoss.Value value = Autograd.record(() -> loss.value(input));
      WeightedLoss.Numbers numbers = value.read();
      requireFinite("loss", numbers.total(), numbers.terms(), learningRate);
      Optional<TermGradients> parts =
          diagnosis.dueAt(steps + 1) ? diagnosis.of(loss, input) : Optional.empty();
      double norm;
      try {
        Autograd.backward(value.total());
        norm = gradients.norm(manager);
        requireFinite("gradient", norm, numbers.terms(), learningRate);
        optimizer.update(learningRate);
      } finally {
        gradients.clear();
      }
      steps++;
      double seconds = (System.nanoTime() - started) / 1e9;
      return new StepResult(
          steps,
          numbers.total(),
          numbers.terms(),
          learningRate,
          norm,
          batch.size(),
          batch.images().through(),
          seconds,
          parts);
    }
  }

  private LossInput forward(BatchTensors tensors, double epoch) {
    NDArray logits = student.logits(tensors.images(), true);
    return new LossInput(logits, tensors.teacher(), tensors.labels(), learned.at(epoch));
  }

  private void requireFinite(
      String what, double value, Map<String, Double> terms, double learningRate) {
    if (!Double.isFinite(value)) {
      throw new TaustreamException(
          "Step %d has a %s of %s with terms %s at learning rate %s; the parameters are as after step %d: lower train.optimizer.lr, lengthen train.schedule.warmup-epochs, or look for non-finite soft labels"
              .formatted(steps + 1, what, value, terms, learningRate, steps));
    }
  }
}
