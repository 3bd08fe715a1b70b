package io.taustream.teacher;

import io.taustream.ingest.batch.ImageBatch;
import io.taustream.storage.TaustreamException;
import io.taustream.storage.label.SoftLabelBatch;
import io.taustream.storage.sample.SampleView;
import java.nio.FloatBuffer;

/**
 * A teacher whose promises are checked, as far as they show, so that what is stored is whole
 * whoever wrote the teacher. A promise that is not kept is an error that names the provider.
 * Passing over the logits once costs next to nothing beside making them. One thread at a time.
 */
final class CheckedTeacher implements Teacher {
  private final Teacher teacher;
  private final TeacherIdentity identity;
  private final String who;
  private final int classes;

  private CheckedTeacher(Teacher teacher, String who, TeacherRequest request) {
    this.teacher = teacher;
    this.identity = teacher.identity();
    this.who = who;
    this.classes = request.data().classes();
    if (identity == null || !identity.name().equals(request.name())) {
      throw broken(
          "its identity is %s; expected is one with the name %s"
              .formatted(identity, request.name()));
    }
    if (teacher.classes() != classes) {
      throw broken(
          "it has %d classes, the data has %d; use one that fits, or correct data.classes"
              .formatted(teacher.classes(), classes));
    }
  }

  /**
   * Opens a teacher.
   *
   * @throws TaustreamException if the provider fails, or the teacher has another name than asked
   *     for, or other classes than the data
   */
  static CheckedTeacher open(TeacherProvider provider, TeacherRequest request) {
    String who =
        "teacher %s of type %s (%s)"
            .formatted(request.name(), provider.type(), provider.getClass().getName());
    Teacher opened;
    try {
      opened = provider.open(request);
    } catch (TaustreamException e) {
      throw e;
    } catch (RuntimeException | LinkageError e) {
      throw new TaustreamException(
          "%s cannot be opened: %s; a fault of its provider".formatted(who, e), e);
    }
    if (opened == null) {
      throw new TaustreamException(who + " was not opened: its provider gave nothing");
    }
    try {
      return new CheckedTeacher(opened, who, request);
    } catch (RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  @Override
  public SoftLabelBatch label(ImageBatch images) {
    SoftLabelBatch labels;
    try {
      labels = teacher.label(images);
    } catch (TaustreamException e) {
      throw e;
    } catch (RuntimeException | LinkageError e) {
      // A LinkageError would be fatal to the flow, which then never ends.
      throw new TaustreamException(
          "%s cannot label a batch of %d images: %s".formatted(who, images.size(), e), e);
    }
    if (labels == null) {
      throw broken("it gave no labels for a batch of %d images".formatted(images.size()));
    }
    try {
      require(labels, images);
      return labels;
    } catch (RuntimeException e) {
      labels.close();
      throw e;
    }
  }

  private void require(SoftLabelBatch labels, ImageBatch images) {
    if (!labels.rows().equals(images.rows())) {
      throw broken(
          "it gave %d rows for a batch of %d images, or rows of other samples; expected is row i for image i"
              .formatted(labels.size(), images.size()));
    }
    if (labels.classes() != classes) {
      throw broken(
          "it gave %d logits an image; expected are %d, one a class"
              .formatted(labels.classes(), classes));
    }
    FloatBuffer logits = labels.logits();
    int length = logits.limit();
    for (int i = 0; i < length; i++) {
      if (!Float.isFinite(logits.get(i))) {
        SampleView row = images.rows().get(i / classes);
        throw broken(
            "its logit for class %d of sample '%s' (shard %s, view %d) is %s; expected is a finite number"
                .formatted(i % classes, row.key(), row.shard(), row.view(), logits.get(i)));
      }
    }
  }

  private TaustreamException broken(String what) {
    return new TaustreamException(who + ": " + what);
  }

  @Override
  public TeacherIdentity identity() {
    return identity;
  }

  @Override
  public int classes() {
    return classes;
  }

  @Override
  public int imageSize() {
    return teacher.imageSize();
  }

  @Override
  public BatchLimits batchLimits() {
    return teacher.batchLimits();
  }

  @Override
  public void warmUp(int images) {
    teacher.warmUp(images);
  }

  @Override
  public String device() {
    return teacher.device();
  }

  @Override
  public void close() {
    teacher.close();
  }
}
