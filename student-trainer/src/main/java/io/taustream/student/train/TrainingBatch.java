package io.taustream.student.train;

import io.taustream.ingest.batch.ImageBatch;
import io.taustream.storage.TaustreamException;
import io.taustream.storage.label.SoftLabels;
import io.taustream.storage.sample.SampleView;
import java.util.List;
import java.util.Optional;

/**
 * Images and, unless training is supervised alone, the teacher's logits for the same pixels. Owns
 * both: whoever receives the batch closes it exactly once.
 *
 * @param labels absent where no loss needs a teacher
 */
public record TrainingBatch(ImageBatch images, Optional<SoftLabels> labels)
    implements AutoCloseable {
  /**
   * Joins images with the labels of the same rows; takes both over, and closes both if they do not
   * match.
   *
   * @throws TaustreamException if a row's label was made for another sample or view
   */
  public TrainingBatch {
    if (labels.isPresent() && !labels.get().rows().equals(images.rows())) {
      String difference = firstDifference(images.rows(), labels.get().rows());
      images.close();
      labels.get().close();
      throw new TaustreamException(
          "Soft labels do not belong to the images of the batch: "
              + difference
              + "; run 'taustream labels verify' with this configuration");
    }
  }

  public int size() {
    return images.size();
  }

  /** The samples and views in the batch. */
  public List<SampleView> rows() {
    return images.rows();
  }

  private static String firstDifference(List<SampleView> images, List<SampleView> labels) {
    for (int row = 0; row < Math.min(images.size(), labels.size()); row++) {
      if (!images.get(row).equals(labels.get(row))) {
        return "row %d is %s and its label is of %s"
            .formatted(row, images.get(row), labels.get(row));
      }
    }
    return "%d images, %d labels".formatted(images.size(), labels.size());
  }

  @Override
  public void close() {
    try {
      images.close();
    } finally {
      labels.ifPresent(SoftLabels::close);
    }
  }
}
