package io.taustream.teacher;

import io.taustream.ingest.batch.ImageBatch;
import io.taustream.storage.label.SoftLabelBatch;
import io.taustream.teacher.CardInference.InferredCard;
import io.taustream.teacher.OnnxSession.Tensor;
import io.taustream.teacher.TeacherCard.ElementType;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A teacher on ONNX Runtime. Nothing is copied that need not be: a float32 model reads a buffer
 * into which pixels were normalised and writes its logits where the labels lie; a uint8 NHWC model
 * reads the batch itself.
 *
 * <p>A model with a fixed batch of N is fed N rows at a time, the last time filled up by repeating
 * the last row. A model with a dynamic batch is fed the batch as it comes. Images of another size
 * than the card's are resized as {@link PixelResizer} says.
 *
 * <p>What is guaranteed of the logits: the same batch, model, runtime version, device and thread
 * count give the same bits. In a fixed-batch model each row's logits depend on the rows it is fed
 * with only as far as the runtime's kernels do, and likewise for a dynamic batch: on the CPU a row
 * may differ in the last bits between batches of different sizes, since kernels are chosen by
 * shape. Whoever needs bit-equal labels from several runs feeds the same batches, as the pipeline
 * does: it cuts each shard into the same batches every time.
 *
 * <p>One thread at a time.
 */
public final class OnnxTeacher implements Teacher {
  private static final Logger LOG = LoggerFactory.getLogger(OnnxTeacher.class);

  private final TeacherIdentity identity;
  private final TeacherCard card;
  private final ModelFile model;
  private final OnnxSession session;
  private final BufferAllocator allocator;
  private final TeacherInput input;
  private final TeacherOutput output;
  private final LogitRows logitRows;
  private final String inputName;
  private final ElementType outputType;
  private final int fixedBatch;

  /** The dimensions of an output row: [classes], perhaps among dimensions of 1. */
  private List<Long> outputRow = List.of();

  private boolean closed;

  private OnnxTeacher(
      TeacherIdentity identity,
      TeacherCard card,
      ModelFile model,
      OnnxSession session,
      ModelDescription description,
      BufferAllocator allocator) {
    TensorDescription in = description.inputs().get(0);
    this.outputType =
        description.outputs().stream()
            .filter(o -> o.name().equals(card.output()))
            .findFirst()
            .flatMap(o -> ElementType.named(o.type()))
            .orElseThrow();
    this.identity = identity;
    this.card = card;
    this.model = model;
    this.session = session;
    this.allocator = allocator;
    this.input = new TeacherInput(card, allocator);
    this.output = new TeacherOutput(card.classes(), outputType, allocator);
    this.logitRows = new LogitRows(model, card, outputType);
    this.inputName = in.name();
    this.fixedBatch = (int) Math.max(0, Math.min(Integer.MAX_VALUE, in.shape().get(0)));
  }

  /**
   * Opens a model as a teacher of the data: completes its card, loads it, runs it once on black
   * images to see that it works and what it gives, and hashes it.
   *
   * @param name the teacher's name in the configuration
   * @param allocator where input buffers and labels are accounted; it must outlive the teacher
   * @throws io.taustream.storage.TaustreamException if the model cannot teach such data: the
   *     message names it, what was found and what was expected
   */
  public static OnnxTeacher open(
      String name,
      ModelFile model,
      DataShape data,
      ExecutionSettings settings,
      BufferAllocator allocator) {
    CardFields stated = TeacherCards.file(model);
    OnnxSession session = OnnxSession.open(model, settings);
    OnnxTeacher teacher = null;
    try {
      ModelDescription description = session.describe();
      InferredCard inferred =
          CardInference.infer(
              model,
              description,
              stated.or(TeacherCards.metadata(model, description.metadata())),
              Optional.of(data));
      if (!inferred.guessed().isEmpty()) {
        LOG.info("{}: guessed {}", model.uri(), String.join(", ", inferred.guessed()));
      }
      TeacherIdentity identity = new TeacherIdentity(name, model.sha256(inferred.card()));
      teacher = new OnnxTeacher(identity, inferred.card(), model, session, description, allocator);
      teacher.tryOut();
      return teacher;
    } catch (RuntimeException e) {
      if (teacher == null) {
        session.close();
      } else {
        teacher.close();
      }
      throw e;
    }
  }

  private void tryOut() {
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

  @Override
  public TeacherIdentity identity() {
    return identity;
  }

  /** The card in use. */
  public TeacherCard card() {
    return card;
  }

  @Override
  public int classes() {
    return card.classes();
  }

  @Override
  public int imageSize() {
    return card.size();
  }

  @Override
  public String device() {
    return session.device();
  }

  @Override
  public SoftLabelBatch label(ImageBatch images) {
    if (closed) {
      throw new IllegalStateException("teacher " + identity.name() + " is closed");
    }
    ArrowBuf memory = allocator.buffer((long) images.size() * card.classes() * Float.BYTES);
    SoftLabelBatch labels = new SoftLabelBatch(images.rows(), card.classes(), memory);
    try {
      ByteBuffer bytes = labels.bytes();
      FloatBuffer logits = labels.logits();
      int step = fixedBatch > 0 ? fixedBatch : Math.max(1, images.size());
      for (int from = 0; from < images.size(); from += step) {
        int count = Math.min(step, images.size() - from);
        ByteBuffer written = output.over(bytes, from, count, step);
        session.run(
            inputTensor(input.of(images, from, count, step), step),
            new Tensor(card.output(), outputType.runtimeType(), outputShape(step), written));
        output.collect(written, logits, from, count, step);
      }
      logitRows.finish(logits, images.rows());
      return labels;
    } catch (RuntimeException | Error e) {
      labels.close();
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
    if (closed) {
      return;
    }
    closed = true;
    try (session;
        input;
        output) {
      LOG.debug("{} is closed", model.uri());
    }
  }
}
