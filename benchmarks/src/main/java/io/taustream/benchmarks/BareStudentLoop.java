package io.taustream.benchmarks;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.taustream.ingest.batch.ImageBatch;
import io.taustream.storage.label.SoftLabelBatch;
import io.taustream.storage.sample.SampleView;
import io.taustream.student.loss.LossInput;
import io.taustream.student.loss.TeacherLogits;
import io.taustream.student.loss.WeightedLoss;
import io.taustream.student.model.Autograd;
import io.taustream.student.model.NetworkStudent;
import io.taustream.student.optimizer.Gradients;
import io.taustream.student.optimizer.Sgd;
import io.taustream.student.train.TorchThreads;
import io.taustream.student.train.TrainingBatch;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import reactor.core.publisher.Flux;

/**
 * DJL over batches that lie ready in memory: forward, loss, backward, update, with the same
 * network, losses and optimiser as Taustream's side. It neither reads the loss nor looks whether
 * anything is finite.
 */
final class BareStudentLoop implements Contender, AutoCloseable {
  private final NetworkStudent student;
  private final Sgd optimizer;
  private final WeightedLoss loss = Recipe.loss();
  private final Gradients gradients;
  private final TorchThreads threads;
  private final List<Ready> batches = new ArrayList<>();

  /** A batch in native memory. */
  private record Ready(ByteBuffer images, ByteBuffer teacher, List<Long> labels) {}

  BareStudentLoop(String model, TorchThreads threads, Flux<TrainingBatch> flow) {
    this.student = Recipe.student(model);
    this.optimizer = Recipe.optimizer(student);
    this.gradients = new Gradients(student.parameters());
    this.threads = threads;
    for (TrainingBatch batch : flow.toIterable(1)) {
      try (batch) {
        batches.add(
            new Ready(
                copy(batch.images().pixels()),
                copy(((SoftLabelBatch) batch.labels().orElseThrow()).bytes()),
                batch.rows().stream().map(SampleView::label).map(Integer::longValue).toList()));
      }
    }
  }

  private static ByteBuffer copy(ByteBuffer bytes) {
    return ByteBuffer.allocateDirect(bytes.remaining())
        .order(ByteOrder.nativeOrder())
        .put(bytes.duplicate())
        .flip();
  }

  /** Samples in a round. */
  int samples() {
    return batches.stream().mapToInt(batch -> batch.labels().size()).sum();
  }

  @Override
  public double round() {
    long begun = System.nanoTime();
    threads.apply();
    batches.forEach(this::step);
    return (System.nanoTime() - begun) / 1e9;
  }

  private void step(Ready batch) {
    try (NDManager manager = student.manager().newSubManager()) {
      int rows = batch.labels().size();
      int size = student.imageSize();
      NDArray images =
          manager.create(
              batch.images(), new Shape(rows, size, size, ImageBatch.CHANNELS), DataType.UINT8);
      NDArray teacher =
          manager.create(batch.teacher(), new Shape(rows, student.classes()), DataType.FLOAT32);
      NDArray labels = manager.create(batch.labels().stream().mapToLong(Long::longValue).toArray());
      NDArray total =
          Autograd.record(
              () ->
                  loss.value(
                          new LossInput(
                              student.logits(images, true),
                              Optional.of(TeacherLogits.dense(teacher)),
                              labels))
                      .total());
      Autograd.backward(total);
      optimizer.update(Recipe.LEARNING_RATE);
      gradients.clear();
    }
  }

  @Override
  public void close() {
    optimizer.close();
    student.close();
  }
}
