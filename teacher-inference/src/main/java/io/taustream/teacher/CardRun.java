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

  /** The only number of rows that the model takes; 0 where it takes any. */
  int fixedBatch() {
    return fixedBatch;
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
  }

  /**
   * The output for each row of a batch as the model writes it, in float32; nothing of it is
   * checked.
   */
  SoftLabelBatch outputs(ImageBatch images) {
    ArrowBuf memory = allocator.buffer((long) images.size() * card.classes() * Float.BYTES);
    SoftLabelBatch rows = new SoftLabelBatch(images.rows(), card.classes(), memory);
    try {
      ByteBuffer bytes = rows.bytes();
      FloatBuffer values = rows.logits();
      int step = fixedBatch > 0 ? fixedBatch : Math.max(1, images.size());
      for (int from = 0; from < images.size(); from += step) {
        int count = Math.min(step, images.size() - from);
        ByteBuffer written = output.over(bytes, from, count, step);
        session.run(
            inputTensor(input.of(images, from, count, step), step),
            new Tensor(card.output(), outputType.runtimeType(), outputShape(step), written));
        output.collect(written, values, from, count, step);
      }
      return rows;
    } catch (RuntimeException | Error e) {
      rows.close();
      throw e;
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
