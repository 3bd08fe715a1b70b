package io.taustream.teacher;

import io.taustream.ingest.batch.ImageBatch;
import io.taustream.storage.label.SoftLabelBatch;
import io.taustream.teacher.CardInference.InferredCard;
import java.nio.FloatBuffer;
import java.util.Optional;
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
 * <p>Where the card has a class map, what the model gives is brought to the data's classes as
 * {@link ClassMap} says.
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
  private final CardRun run;
  private final LogitRows logitRows;
  private final BufferAllocator allocator;
  private final Optional<MappedOutputs> mapped;
  private boolean closed;

  private OnnxTeacher(
      TeacherIdentity identity,
      TeacherCard card,
      ModelFile model,
      OnnxSession session,
      CardRun run,
      BufferAllocator allocator) {
    this.identity = identity;
    this.card = card;
    this.model = model;
    this.session = session;
    this.run = run;
    this.logitRows = new LogitRows(model, card, run.outputType());
    this.allocator = allocator;
    this.mapped =
        card.classMap()
            .filter(ClassMap.Indices.class::isInstance)
            .map(map -> new MappedOutputs((ClassMap.Indices) map));
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
    OnnxSession session = OnnxSession.open(model, settings.on(stated.device()));
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
      TeacherCard card = inferred.card();
      TeacherIdentity identity = new TeacherIdentity(name, model.sha256(card));
      CardRun run = CardRun.open(card, model, session, description, allocator);
      return new OnnxTeacher(identity, card, model, session, run, allocator);
    } catch (RuntimeException e) {
      session.close();
      throw e;
    }
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
    return card.labelClasses();
  }

  @Override
  public int imageSize() {
    return card.size();
  }

  @Override
  public String device() {
    return session.device().text();
  }

  @Override
  public BatchLimits batchLimits() {
    return run.limits();
  }

  @Override
  public void warmUp(int images) {
    requireOpen();
    run.warmUp(images);
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("teacher " + identity.name() + " is closed");
    }
  }

  @Override
  public SoftLabelBatch label(ImageBatch images) {
    requireOpen();
    SoftLabelBatch outputs = run.outputs(images);
    try {
      logitRows.finish(outputs.logits(), images.rows());
    } catch (RuntimeException | Error e) {
      outputs.close();
      throw e;
    }
    return mapped.map(map -> labels(outputs, map)).orElse(outputs);
  }

  /** Takes over the outputs. */
  private SoftLabelBatch labels(SoftLabelBatch outputs, MappedOutputs map) {
    try (outputs) {
      FloatBuffer rows = outputs.logits();
      ArrowBuf memory = allocator.buffer((long) outputs.size() * map.classes() * Float.BYTES);
      SoftLabelBatch labels = new SoftLabelBatch(outputs.rows(), map.classes(), memory);
      FloatBuffer values = labels.logits();
      double[] logits = new double[map.classes()];
      for (int row = 0; row < outputs.size(); row++) {
        map.logits(rows, row * card.classes(), logits);
        for (int c = 0; c < logits.length; c++) {
          values.put(row * logits.length + c, (float) logits[c]);
        }
      }
      return labels;
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    try (session;
        run) {
      LOG.debug("{} is closed", model.uri());
    }
  }
}
