package io.taustream.teacher;

import io.taustream.ingest.batch.ImageBatch;
import io.taustream.storage.TaustreamException;
import io.taustream.storage.label.SoftLabelBatch;
import io.taustream.teacher.CardInference.InferredCard;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;

/**
 * A model that is loaded once and asked under several cards, to find out which one fits it. Its
 * outputs come as the network writes them: neither checked nor turned into logits. One thread at a
 * time.
 */
public final class TeacherTrial implements AutoCloseable {
  private final ModelFile model;
  private final OnnxSession session;
  private final ModelDescription description;
  private final InferredCard inferred;
  private final BufferAllocator allocator;
  private final Map<TeacherCard, CardRun> runs = new HashMap<>();
  private boolean closed;

  private TeacherTrial(
      ModelFile model,
      OnnxSession session,
      ModelDescription description,
      InferredCard inferred,
      BufferAllocator allocator) {
    this.model = model;
    this.session = session;
    this.description = description;
    this.inferred = inferred;
    this.allocator = allocator;
  }

  /**
   * Opens a model and completes its card as {@link OnnxTeacher#open} does. Unlike a teacher it may
   * have more outputs than the data has classes, and no class map: {@link TeacherCard#classes()} is
   * then their number.
   *
   * @param allocator where input buffers and outputs are accounted; it must outlive the trial
   * @throws TaustreamException if the model does not run, or no card can make it label such data
   */
  public static TeacherTrial open(
      ModelFile model, DataShape data, ExecutionSettings settings, BufferAllocator allocator) {
    CardFields stated = TeacherCards.file(model);
    OnnxSession session = OnnxSession.open(model, settings.on(stated.device()));
    TeacherTrial trial = null;
    try {
      ModelDescription description = session.describe();
      CardFields all = stated.or(TeacherCards.metadata(model, description.metadata()));
      trial =
          new TeacherTrial(
              model, session, description, infer(model, description, all, data), allocator);
      trial.run(trial.card());
      return trial;
    } catch (RuntimeException e) {
      if (trial == null) {
        session.close();
      } else {
        trial.close();
      }
      throw e;
    }
  }

  private static InferredCard infer(
      ModelFile model, ModelDescription description, CardFields stated, DataShape data) {
    try {
      return CardInference.infer(model, description, stated, Optional.of(data));
    } catch (TaustreamException misfit) {
      int outputs = outputs(model, description, stated);
      if (outputs <= data.classes() || stated.outputClasses().isPresent()) {
        throw misfit;
      }
      return CardInference.infer(
          model, description, stated, Optional.of(new DataShape(outputs, data.imageSize())));
    }
  }

  /** How many classes the model says it has; 0 where it does not. */
  private static int outputs(ModelFile model, ModelDescription description, CardFields stated) {
    try {
      return CardInference.infer(model, description, stated, Optional.empty()).card().classes();
    } catch (TaustreamException e) {
      return 0;
    }
  }

  /** The model, with what belongs to it. */
  public ModelFile model() {
    return model;
  }

  /** The card that would be used. */
  public TeacherCard card() {
    return inferred.card();
  }

  /** What of the card rests on a guess, one {@code key: value (reason)} each. */
  public List<String> guessed() {
    return inferred.guessed();
  }

  /** The device that the model runs on, see {@link Device#text()}. */
  public String device() {
    return session.device().text();
  }

  /** How many images the model takes at once; {@link #outputs} takes any number. */
  public BatchLimits batchLimits() {
    return run(card()).limits();
  }

  /**
   * Asks the model under a card.
   *
   * @param card with the input and output of {@link #card()}: it may differ in channels, mean,
   *     deviation and range
   * @param images not closed here
   * @return float32, N × {@link TeacherCard#classes()}, as the model writes it, to be closed by the
   *     caller
   * @throws TaustreamException if the runtime fails
   */
  public SoftLabelBatch outputs(TeacherCard card, ImageBatch images) {
    return run(card).outputs(images);
  }

  private CardRun run(TeacherCard card) {
    if (closed) {
      throw new IllegalStateException("the trial of " + model.uri() + " is closed");
    }
    return runs.computeIfAbsent(
        card, asked -> CardRun.open(asked, model, session, description, allocator));
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    try (session) {
      runs.values().forEach(CardRun::close);
    }
  }
}
