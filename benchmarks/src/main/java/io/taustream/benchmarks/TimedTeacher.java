package io.taustream.benchmarks;

import io.taustream.ingest.batch.ImageBatch;
import io.taustream.storage.label.SoftLabelBatch;
import io.taustream.teacher.Teacher;
import io.taustream.teacher.TeacherIdentity;
import java.util.concurrent.atomic.LongAdder;

/** A teacher that counts how long it labels. Owns the one that it asks. */
final class TimedTeacher implements Teacher {
  private final Teacher teacher;
  private final LongAdder nanos = new LongAdder();

  TimedTeacher(Teacher teacher) {
    this.teacher = teacher;
  }

  /** Seconds of labelling since the last call. */
  double seconds() {
    return nanos.sumThenReset() / 1e9;
  }

  @Override
  public SoftLabelBatch label(ImageBatch images) {
    long begun = System.nanoTime();
    SoftLabelBatch labels = teacher.label(images);
    nanos.add(System.nanoTime() - begun);
    return labels;
  }

  @Override
  public TeacherIdentity identity() {
    return teacher.identity();
  }

  @Override
  public int classes() {
    return teacher.classes();
  }

  @Override
  public int imageSize() {
    return teacher.imageSize();
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
