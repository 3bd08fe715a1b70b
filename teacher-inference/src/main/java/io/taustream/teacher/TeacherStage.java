package io.taustream.teacher;

import io.taustream.ingest.batch.ImageBatch;
import io.taustream.storage.TaustreamException;
import io.taustream.storage.label.SoftLabelBatch;
import java.util.concurrent.atomic.AtomicBoolean;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;

/**
 * Labels a flow of image batches with one teacher.
 *
 * <ul>
 *   <li>Order: labels come in the order of the batches.
 *   <li>Demand: a batch is labelled only when labels were requested. At most two batches are held:
 *       one that is being labelled and one that waits, so that decoding goes on meanwhile. The next
 *       batch is requested from upstream on the labelling thread; upstream moves its own work
 *       elsewhere.
 *   <li>Ownership: the stage takes over every batch that reaches it and closes it exactly once:
 *       after labelling, or when the flow ends before by error, cancellation or discard. Labels
 *       belong to whoever receives them; those that are done after the flow was cancelled are
 *       closed here.
 *   <li>Errors: a teacher's failure ends the flow and cancels upstream. It is a {@link
 *       TaustreamException} that names the model. Upstream's errors come after the labels of the
 *       batches before them.
 *   <li>Cancellation: the batch that is being labelled is labelled to its end, unless the teacher
 *       heeds the interrupt that the scheduler may send. ONNX Runtime does not.
 * </ul>
 *
 * <p>The scheduler blocks while the teacher works: it must be none that serves I/O. It must have
 * one thread, for a teacher is used by one thread at a time.
 */
public final class TeacherStage {
  private final Teacher teacher;
  private final Scheduler scheduler;

  /**
   * @param teacher not closed by this stage
   * @param scheduler one thread, that may block
   */
  public TeacherStage(Teacher teacher, Scheduler scheduler) {
    this.teacher = teacher;
    this.scheduler = scheduler;
  }

  /** The labels of the batches. Cold: each subscription labels its own {@code images}. */
  public Flux<SoftLabelBatch> label(Flux<ImageBatch> images) {
    return Flux.defer(
        () -> {
          AtomicBoolean cancelled = new AtomicBoolean();
          return images
              // limitRate holds the batch that waits, publishOn passes on the one that is labelled.
              .limitRate(1)
              .publishOn(scheduler, 1)
              .<SoftLabelBatch>handle(
                  (batch, sink) -> {
                    SoftLabelBatch labels = label(batch);
                    if (cancelled.get()) {
                      labels.close();
                    } else {
                      sink.next(labels);
                    }
                  })
              .doOnCancel(() -> cancelled.set(true))
              .doOnDiscard(ImageBatch.class, ImageBatch::close);
        });
  }

  private SoftLabelBatch label(ImageBatch batch) {
    try (batch) {
      return teacher.label(batch);
    } catch (TaustreamException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new TaustreamException(
          "teacher %s cannot label a batch of %d images: %s"
              .formatted(teacher.identity().name(), batch.size(), e),
          e);
    }
  }
}
