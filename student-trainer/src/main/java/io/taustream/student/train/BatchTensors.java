package io.taustream.student.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.taustream.ingest.batch.ImageBatch;
import io.taustream.storage.TaustreamException;
import io.taustream.storage.label.Sampled;
import io.taustream.storage.label.SampledLabelBatch;
import io.taustream.storage.label.SoftLabelBatch;
import io.taustream.storage.label.SoftLabels;
import io.taustream.storage.label.TopK;
import io.taustream.storage.label.TopKLabelBatch;
import io.taustream.storage.sample.SampleView;
import io.taustream.student.loss.TeacherLogits;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * A batch as libtorch sees it. On the CPU images and teacher lie over the batch's own memory
 * without a copy: the manager must be closed before the batch is.
 *
 * @param images unsigned bytes, B × size × size × 3
 * @param teacher logits, float32, of B × C
 * @param labels int64, B, −1 where there is none
 */
public record BatchTensors(NDArray images, Optional<TeacherLogits> teacher, NDArray labels) {
  /**
   * Lays tensors over a batch.
   *
   * @param classes of the student
   * @param manager owns the tensors
   * @throws TaustreamException if a label is no class of the student, or the teacher has another
   *     number of classes
   */
  public static BatchTensors over(TrainingBatch batch, int classes, NDManager manager) {
    ImageBatch images = batch.images();
    int size = images.imageSize();
    return new BatchTensors(
        manager.create(
            images.pixels(),
            new Shape(images.size(), size, size, ImageBatch.CHANNELS),
            DataType.UINT8),
        batch.labels().map(labels -> teacher(labels, classes, manager)),
        manager.create(labels(batch, classes)));
  }

  private static TeacherLogits teacher(SoftLabels labels, int classes, NDManager manager) {
    if (labels.classes() != classes) {
      throw new TaustreamException(
          "The soft labels have %d classes and the student has %d; set data.classes to the teacher's class count"
              .formatted(labels.classes(), classes));
    }
    if (labels instanceof TopKLabelBatch topK) {
      return topK(topK, manager);
    }
    if (labels instanceof SampledLabelBatch sampled) {
      return sampled(sampled, manager);
    }
    ByteBuffer logits = ((SoftLabelBatch) labels).bytes();
    return TeacherLogits.dense(
        manager.create(logits, new Shape(labels.size(), classes), DataType.FLOAT32));
  }

  private static TeacherLogits topK(TopKLabelBatch labels, NDManager manager) {
    List<Float> temperatures = labels.encoding().restTemperatures();
    Shape kept = new Shape(labels.size(), labels.encoding().k());
    Shape rest = new Shape(labels.size(), temperatures.size());
    Shape moments = new Shape(labels.size(), TopK.MOMENTS);
    return TeacherLogits.topK(
        manager.create(labels.indices(), kept, DataType.INT32),
        manager.create(labels.logits(), kept, DataType.FLOAT32),
        manager.create(labels.restLogSumExp(), rest, DataType.FLOAT32),
        manager.create(labels.restMoments(), moments, DataType.FLOAT32),
        temperatures.stream().mapToDouble(Float::doubleValue).toArray(),
        labels.classes());
  }

  private static TeacherLogits sampled(SampledLabelBatch labels, NDManager manager) {
    Sampled encoding = labels.encoding();
    List<Float> temperatures = encoding.temperatures();
    Shape drawn = new Shape(labels.size(), encoding.n());
    Shape mass = new Shape(labels.size(), temperatures.size());
    return TeacherLogits.sampled(
        manager.create(labels.topIndex(), new Shape(labels.size(), 1), DataType.INT32),
        manager.create(labels.indices(), drawn, DataType.INT32),
        manager.create(labels.counts(), drawn, DataType.INT32),
        manager.create(labels.logits(), drawn, DataType.FLOAT32),
        manager.create(labels.logSumExp(), mass, DataType.FLOAT32),
        encoding.temperature(),
        temperatures.stream().mapToDouble(Float::doubleValue).toArray(),
        labels.classes());
  }

  private static long[] labels(TrainingBatch batch, int classes) {
    long[] labels = new long[batch.size()];
    for (int row = 0; row < labels.length; row++) {
      SampleView view = batch.rows().get(row);
      if (view.label() < -1 || view.label() >= classes) {
        throw new TaustreamException(
            "Sample '%s' of %s has label %d; labels are 0 to %d: correct the data or data.classes"
                .formatted(view.key(), view.shard(), view.label(), classes - 1));
      }
      labels[row] = view.label();
    }
    return labels;
  }
}
