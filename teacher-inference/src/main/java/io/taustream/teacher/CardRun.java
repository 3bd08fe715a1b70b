package io.taustream.teacher;

import io.taustream.ingest.batch.ImageBatch;
import io.taustream.storage.label.SoftLabelBatch;
import io.taustream.teacher.OnnxSession.Tensor;
import io.taustream.teacher.TeacherCard.ElementType;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;

/**
 * A loaded model, fed and read as one card says. The session stays its opener's, so that one model
 * can be run under several cards; what is closed here are the buffers. Not thread-safe.
 */
final class CardRun implements AutoCloseable {
  private final TeacherCard card;
  private final OnnxSession session;
  private final BufferAllocator allocator;
  private final TeacherInput input;
  private final TeacherOutput output;
  private final String inputName;
  private final ElementType outputType;
  private final int fixedBatch;

  /** The dimensions of an output row: [classes], perhaps among dimensions of 1. */
  private List<Long> outputRow = List.of();

  private CardRun(
      TeacherCard card,
      OnnxSession session,
      ModelDescription description,
      BufferAllocator allocator) {
    TensorDescription in = description.inputs().get(0);
    this.card = card;
    this.session = session;
    this.allocator = allocator;
    this.outputType =
        description.outputs().stream()
            .filter(o -> o.name().equals(card.output()))
            .findFirst()
            .flatMap(o -> ElementType.named(o.type()))
            .orElseThrow();
    this.input = new TeacherInput(card, allocator);
    this.output = new TeacherOutput(card.classes(), outputType, allocator);
    this.inputName = in.name();
    this.fixedBatch = (int) Math.max(0, Math.min(Integer.MAX_VALUE, in.shape().get(0)));
  }

  /**
   * Runs the model once on black images, to see that it works and what it gives.
   *
   * @param model as messages call it
   * @param session stays the caller's
   * @param description the session's
   * @param allocator where buffers and outputs are accounted
   * @throws io.taustream.storage.TaustreamException if it does not run, or does not give N rows of
   *     one number a class
   */
  static CardRun open(
      TeacherCard card,
      ModelFile model,
      OnnxSession session,
      ModelDescription description,
      BufferAllocator allocator) {
    CardRun run = new CardRun(card, session, description, allocator);
    try {
      run.tryOut(model);
      return run;
    } catch (RuntimeException e) {
      run.close();
      throw e;
    }
  }

  /** The element type of the card's output. */
  ElementType outputType() {
    return outputType;
  }

  /** How many rows the model takes at once. */
  BatchLimits limits() {
    return new BatchLimits(
        Math.max(1, fixedBatch), fixedBatch > 0 ? fixedBatch : session.fit().largest());
  }

  private void tryOut(ModelFile model) {
    int rows = fixedBatch > 0 ? fixedBatch : 1;
    long bytes = (long) rows * card.elements() * card.type().bytes();
    if (bytes > Integer.MAX_VALUE) {
      throw model.failure(
          "its fixed batch of %d images takes %d bytes, more than 2 GiB; export it with a dynamic or a smaller batch"
              .formatted(rows, bytes));
    }
    List<Long> found = session.probe(inputTensor(input.zeros(rows), rows), card.output());
    if (found.isEmpty()
        || found.get(0) != rows
        || !OutputInference.rowLength(found).equals(Optional.of((long) card.classes()))) {
      throw model.failure(
          "output %s has shape %s for %d images; expected [%d, %d]: N rows of one number a class"
              .formatted(card.output(), found, rows, rows, card.classes()));
    }
    outputRow = found.subList(1, found.size());
    session.fit().ran(rows);
  }

  /**
   * Runs black images, as many as will be fed, so that what a device does once for each size of
   * batch is done: choosing kernels, building engines, taking memory. On the CPU that is next to
   * nothing, and nothing is run.
   *
   * @param rows how many will be fed at once, if they fit
   */
  void warmUp(int rows) {
    if (fixedBatch > 0 || session.device() instanceof Device.Cpu) {
      return;
    }
    boolean warm;
    do {
      warm = tried(fitting(rows));
    } while (!warm);
  }

  /** How many of the wanted rows to feed at once. */
  private int fitting(int wanted) {
    if (fixedBatch > 0) {
      return fixedBatch;
    }
    BatchFit fit = session.fit();
    int rows = Math.min(wanted, fit.largest());
    for (Optional<String> why = fit.refusal(rows); why.isPresent(); why = fit.refusal(rows)) {
      // A forecast is the closer the more rows it rests on: perhaps these fit after all.
      int next = 2 * fit.done();
      if (next >= rows || fit.refusal(next).isPresent()) {
        fit.lower(rows, fit.done(), why.get());
      } else {
        tried(next);
      }
      rows = Math.min(wanted, fit.largest());
    }
    return rows;
  }

  /** Runs black images; whether they fit. */
  private boolean tried(int rows) {
    try {
      session.probe(inputTensor(input.zeros(rows), rows), card.output());
      session.fit().ran(rows);
      return true;
    } catch (OutOfModelMemoryException e) {
      session.fit().halve(rows, e);
      return false;
    }
  }

  /**
   * The output for each row of a batch as the model writes it, in float32; nothing of it is
   * checked. Rows are fed as many at once as {@link BatchFit} allows.
   *
   * @throws OutOfModelMemoryException if not even one row fits, or not the fixed batch
   */
  SoftLabelBatch outputs(ImageBatch images) {
    ArrowBuf memory = allocator.buffer((long) images.size() * card.classes() * Float.BYTES);
    SoftLabelBatch rows = new SoftLabelBatch(images.rows(), card.classes(), memory);
    try {
      ByteBuffer bytes = rows.bytes();
      FloatBuffer values = rows.logits();
      int from = 0;
      while (from < images.size()) {
        int step = fitting(images.size() - from);
        int count = Math.min(step, images.size() - from);
        ByteBuffer written = output.over(bytes, from, count, step);
        if (fed(images, from, count, step, written)) {
          output.collect(written, values, from, count, step);
          from += count;
        }
      }
      return rows;
    } catch (RuntimeException | Error e) {
      rows.close();
      throw e;
    }
  }

  /** Runs some rows of a batch; whether they fitted. */
  private boolean fed(ImageBatch images, int from, int count, int step, ByteBuffer written) {
    try {
      session.run(
          inputTensor(input.of(images, from, count, step), step),
          new Tensor(card.output(), outputType.runtimeType(), outputShape(step), written));
      session.fit().ran(step);
      return true;
    } catch (OutOfModelMemoryException e) {
      if (fixedBatch > 0) {
        throw e;
      }
      session.fit().halve(step, e);
      return false;
    }
  }

  private Tensor inputTensor(ByteBuffer bytes, int rows) {
    return new Tensor(inputName, card.type().runtimeType(), card.inputShape(rows), bytes);
  }

  private List<Long> outputShape(long rows) {
    return Stream.concat(Stream.of(rows), outputRow.stream()).toList();
  }

  @Override
  public void close() {
    try (input) {
      output.close();
    }
  }
}
