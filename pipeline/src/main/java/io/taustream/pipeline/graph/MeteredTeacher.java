package io.taustream.pipeline.graph;

import io.taustream.ingest.batch.ImageBatch;
import io.taustream.storage.label.SoftLabelBatch;
import io.taustream.teacher.BatchLimits;
import io.taustream.teacher.Teacher;
import io.taustream.teacher.TeacherIdentity;

/** A teacher whose work is counted. */
final class MeteredTeacher implements Teacher {
  private final Teacher teacher;
  private final StageMeter meter;

  MeteredTeacher(Teacher teacher, StageMeter meter) {
    this.teacher = teacher;
    this.meter = meter;
  }

  @Override
  public SoftLabelBatch label(ImageBatch images) {
    long begun = System.nanoTime();
    SoftLabelBatch labels = teacher.label(images);
    meter.add(images.size(), System.nanoTime() - begun);
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
  public BatchLimits batchLimits() {
    return teacher.batchLimits();
  }

  /** Not counted. */
  @Override
  public void warmUp(int images) {
    teacher.warmUp(images);
  }

  /** The same teacher, whose work is not counted. */
  Teacher unmetered() {
    return teacher;
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
