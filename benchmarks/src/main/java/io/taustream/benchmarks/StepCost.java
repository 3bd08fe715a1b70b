package io.taustream.benchmarks;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.taustream.student.loss.CrossEntropy;
import io.taustream.student.loss.LossInput;
import io.taustream.student.model.Autograd;
import io.taustream.student.model.NetworkStudent;
import io.taustream.student.model.PixelNormalisation;
import io.taustream.student.model.StudentDevice;
import io.taustream.student.model.StudentModels;
import io.taustream.student.optimizer.Gradients;
import io.taustream.student.optimizer.Sgd;
import io.taustream.student.train.TorchThreads;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * A training step of resnet8x4 with cross-entropy alone: forward, backward, update; 64 images of 32
 * × 32, 100 classes.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class StepCost {
  private static final int BATCH = 64;
  private static final int CLASSES = 100;
  private static final int SIZE = 32;

  private final TorchThreads threads = new TorchThreads(Runtime.getRuntime().availableProcessors());
  private final ByteBuffer pixels = ByteBuffer.allocateDirect(BATCH * SIZE * SIZE * 3);
  private NetworkStudent student;
  private Sgd optimizer;
  private Gradients gradients;

  /** Makes the student. */
  @Setup
  public void create() {
    student =
        StudentModels.create(
            "resnet8x4",
            CLASSES,
            SIZE,
            PixelNormalisation.IMAGENET,
            7,
            StudentDevice.choose("cpu"));
    optimizer = Recipe.optimizer(student);
    gradients = new Gradients(student.parameters());
    for (int i = 0; i < pixels.capacity(); i++) {
      pixels.put(i, (byte) (i * 31));
    }
  }

  /** Frees it. */
  @TearDown
  public void close() {
    optimizer.close();
    student.close();
  }

  /** One step. */
  @Benchmark
  public float step() {
    threads.apply();
    try (NDManager manager = student.manager().newSubManager()) {
      NDArray images =
          manager.create(pixels.duplicate(), new Shape(BATCH, SIZE, SIZE, 3), DataType.UINT8);
      NDArray labels = manager.create(new long[BATCH]);
      NDArray value =
          Autograd.record(
              () ->
                  new CrossEntropy()
                      .value(
                          new LossInput(student.logits(images, true), Optional.empty(), labels)));
      Autograd.backward(value);
      optimizer.update(Recipe.LEARNING_RATE);
      gradients.clear();
      return value.getFloat();
    }
  }
}
