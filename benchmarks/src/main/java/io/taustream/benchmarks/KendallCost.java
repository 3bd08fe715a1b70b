package io.taustream.benchmarks;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.taustream.student.loss.KendallTau;
import io.taustream.student.loss.LossInput;
import io.taustream.student.loss.Pairing;
import io.taustream.student.loss.Surrogate;
import io.taustream.student.loss.TeacherLogits;
import io.taustream.student.model.Autograd;
import io.taustream.student.ranking.Method;
import io.taustream.student.ranking.RankingLoss;
import io.taustream.student.ranking.RowThreads;
import io.taustream.student.train.TorchThreads;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Value and gradient of the ranking loss with tanh, on as many threads as there are cores. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class KendallCost {
  /** Who computes it. */
  public enum Form {
    /** {@link TensorKendall}. */
    TENSORS,
    /** One pass over all pairs. */
    PAIRWISE,
    /** {@link KendallTau} as a training step has it, the way through libtorch included. */
    TAUSTREAM
  }

  /** By name; see {@link Form}. */
  @Param("TAUSTREAM")
  public Form form;

  /** By name; see {@link Pairing}. */
  @Param("SIGN")
  public Pairing pairing;

  /** C. */
  @Param("100")
  public int classes;

  /** B. */
  @Param("64")
  public int batch;

  private final RowThreads rows = new RowThreads(Runtime.getRuntime().availableProcessors());
  private float[] student;
  private float[] teacher;
  private NDManager manager;
  private NDArray logits;
  private NDArray teacherLogits;
  private LossInput input;

  /** Draws logits: the student knows the teacher's, with noise. */
  @Setup
  public void draw() {
    Random random = new Random(7);
    student = new float[batch * classes];
    teacher = new float[batch * classes];
    for (int i = 0; i < teacher.length; i++) {
      teacher[i] = (float) (3 * random.nextGaussian());
      student[i] = teacher[i] + (float) (2 * random.nextGaussian());
    }
    new TorchThreads(rows.count()).apply();
    manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
    Shape shape = new Shape(batch, classes);
    logits = manager.create(student, shape);
    logits.setRequiresGradient(true);
    teacherLogits = manager.create(teacher, shape);
    input =
        new LossInput(
            logits,
            Optional.of(TeacherLogits.dense(teacherLogits)),
            manager.create(new long[batch]));
  }

  /** Frees the tensors. */
  @TearDown
  public void close() {
    manager.close();
  }

  /** Value and gradient of a batch. */
  @Benchmark
  public double valueAndGradient() {
    if (form == Form.PAIRWISE) {
      float[] gradient = new float[student.length];
      RankingLoss loss =
          new RankingLoss(pairing.agreement(Surrogate.TANH, 1), rows, Method.PAIRWISE);
      return loss.evaluate(student, teacher, classes, gradient) + gradient[0];
    }
    new TorchThreads(rows.count()).apply();
    try (NDManager step = manager.newSubManager()) {
      step.tempAttachAll(logits, teacherLogits);
      NDArray value =
          Autograd.record(
              () ->
                  form == Form.TENSORS
                      ? new TensorKendall(pairing).value(logits, teacherLogits)
                      : new KendallTau(Surrogate.TANH, pairing, 1, rows).value(input));
      Autograd.backward(value);
      return value.getFloat();
    }
  }
}
