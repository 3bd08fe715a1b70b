package com.example.teacher;

import io.taustream.ingest.batch.ImageBatch;
import io.taustream.storage.label.SoftLabelBatch;
import io.taustream.teacher.Teacher;
import io.taustream.teacher.TeacherIdentity;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;

/**
 * The logit of class c is −‖m − m_c‖² / softness, with m the mean colour of the image and m_c that
 * of the class.
 */
final class NearestMeanTeacher implements Teacher {
  private final TeacherIdentity identity;
  private final float[][] means;
  private final double softness;
  private final int size;
  private final BufferAllocator allocator;

  NearestMeanTeacher(
      TeacherIdentity identity,
      float[][] means,
      double softness,
      int size,
      BufferAllocator allocator) {
    this.identity = identity;
    this.means = means;
    this.softness = softness;
    this.size = size;
    this.allocator = allocator;
  }

  @Override
  public SoftLabelBatch label(ImageBatch images) {
    ArrowBuf memory = allocator.buffer((long) images.size() * means.length * Float.BYTES);
    SoftLabelBatch labels = new SoftLabelBatch(images.rows(), means.length, memory);
    FloatBuffer logits = labels.logits();
    ByteBuffer pixels = images.pixels();
    int perImage = images.imageSize() * images.imageSize();
    for (int row = 0; row < images.size(); row++) {
      double[] colour = new double[ImageBatch.CHANNELS];
      for (int pixel = 0; pixel < perImage; pixel++) {
        for (int channel = 0; channel < colour.length; channel++) {
          colour[channel] += Byte.toUnsignedInt(pixels.get()) / (double) perImage;
        }
      }
      for (float[] mean : means) {
        logits.put((float) (-squaredDistance(colour, mean) / softness));
      }
    }
    return labels;
  }

  private static double squaredDistance(double[] colour, float[] mean) {
    double sum = 0;
    for (int i = 0; i < colour.length; i++) {
      sum += (colour[i] - mean[i]) * (colour[i] - mean[i]);
    }
    return sum;
  }

  @Override
  public TeacherIdentity identity() {
    return identity;
  }

  @Override
  public int classes() {
    return means.length;
  }

  @Override
  public int imageSize() {
    return size;
  }

  @Override
  public String device() {
    return "cpu";
  }

  @Override
  public void close() {
    // The means are on the heap, and labels are their owners'.
  }
}
