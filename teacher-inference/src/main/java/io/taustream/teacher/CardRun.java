package io.taustream.teacher;

import ai.onnxruntime.OnnxJavaType;
import io.taustream.ingest.batch.ImageBatch;
import io.taustream.storage.label.SoftLabelBatch;
import io.taustream.teacher.OnnxSession.Tensor;
import io.taustream.teacher.TeacherCard.Layout;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.List;
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
  private final OnnxJavaType inputType;
  private final OnnxJavaType outputType;
  private final int fixedBatch;

  /**
   * @param description the session's
   * @param allocator where buffers and outputs are accounted
   */
  CardRun(
      TeacherCard card,
      OnnxSession session,
      ModelDescription description,
      BufferAllocator allocator) {
    TensorDescription in = description.inputs().get(0);
    boolean half = writesHalves(card, description);
    this.card = card;
    this.session = session;
    this.allocator = allocator;
    this.input = new TeacherInput(card, allocator);
    this.output = new TeacherOutput(card.classes(), half, allocator);
    this.inputName = in.name();
    this.inputType =
        switch (card.type()) {
          case FLOAT32 -> OnnxJavaType.FLOAT;
          case FLOAT16 -> OnnxJavaType.FLOAT16;
          case UINT8 -> OnnxJavaType.UINT8;
        };
    this.outputType = half ? OnnxJavaType.FLOAT16 : OnnxJavaType.FLOAT;
    this.fixedBatch = (int) Math.max(0, Math.min(Integer.MAX_VALUE, in.shape().get(0)));
  }

  /** Whether the card's output is of float16. */
  static boolean writesHalves(TeacherCard card, ModelDescription description) {
    return description.outputs().stream()
        .anyMatch(o -> o.name().equals(card.output()) && o.type().equals("float16"));
  }

  /** The only number of rows that the model takes; 0 where it takes any. */
  int fixedBatch() {
    return fixedBatch;
  }

  /**
   * Runs the model once on black images.
   *
   * @param model as messages call it
   * @throws io.taustream.storage.TaustreamException if it does not run, or does not give N rows of
   *     one number a class
   */
  void tryOut(ModelFile model) {
    int rows = fixedBatch > 0 ? fixedBatch : 1;
    List<Long> found = session.probe(inputTensor(input.zeros(rows), rows), card.output());
    List<Long> expected = List.of((long) rows, (long) card.classes());
    if (!found.equals(expected)) {
      throw model.failure(
          "output %s has shape %s for %d images; expected %s: N rows of one number a class"
              .formatted(card.output(), found, rows, expected));
    }
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
            new Tensor(
                card.output(), outputType, List.of((long) step, (long) card.classes()), written));
        output.collect(written, values, from, count, step);
      }
      return rows;
    } catch (RuntimeException | Error e) {
      rows.close();
      throw e;
    }
  }

  private Tensor inputTensor(ByteBuffer bytes, int rows) {
    long size = card.size();
    long channels = ImageBatch.CHANNELS;
    List<Long> shape =
        card.layout() == Layout.NCHW
            ? List.of((long) rows, channels, size, size)
            : List.of((long) rows, size, size, channels);
    return new Tensor(inputName, inputType, shape, bytes);
  }

  @Override
  public void close() {
    try (input) {
      output.close();
    }
  }
}
