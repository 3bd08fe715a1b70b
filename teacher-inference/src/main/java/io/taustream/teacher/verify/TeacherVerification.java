package io.taustream.teacher.verify;

import io.taustream.ingest.batch.ImageBatch;
import io.taustream.storage.TaustreamException;
import io.taustream.storage.label.SoftLabelBatch;
import io.taustream.storage.sample.SampleView;
import io.taustream.teacher.TeacherCard;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Judges a teacher by labelled samples: batches go in, a {@link TeacherVerdict} comes out. Each
 * batch is shown to the model once for every way to feed it, up to 16 times. Of a sample only a few
 * numbers are kept. Not thread-safe.
 */
public final class TeacherVerification {
  private final TeacherCard stated;
  private final int classes;
  private final List<String> classNames;
  private final Model model;
  private final OutputReader reader;
  private final Map<Candidate, List<Answer>> answers = new LinkedHashMap<>();
  private final List<Integer> labels = new ArrayList<>();
  private boolean grey = true;

  /** A model that can be fed as any card says. */
  @FunctionalInterface
  public interface Model {
    /**
     * Asks the model.
     *
     * @param card differs from the stated one in channels, mean, deviation and range only
     * @param images not closed here
     * @return the output as the model writes it, to be closed by the caller
     */
    SoftLabelBatch outputs(TeacherCard card, ImageBatch images);
  }

  /**
   * @param stated the card in use; it may have more classes than the data where it has no class map
   * @param classes the data's
   * @param classNames the data's, one a class; empty where they are not known
   */
  public TeacherVerification(
      TeacherCard stated, int classes, List<String> classNames, Model model) {
    if (stated.labelClasses() < classes) {
      throw new IllegalArgumentException(
          "%d outputs cannot tell %d classes apart".formatted(stated.labelClasses(), classes));
    }
    this.stated = stated;
    this.classes = classes;
    this.classNames = List.copyOf(classNames);
    this.model = model;
    this.reader = new OutputReader(stated);
    Candidate.of(stated).forEach(candidate -> answers.put(candidate, new ArrayList<>()));
  }

  /**
   * Shows the model a batch. Blocks.
   *
   * @param images not closed here; rows without a class are left out
   */
  public void add(ImageBatch images) {
    List<Integer> labelled =
        IntStream.range(0, images.size()).filter(i -> label(images, i) >= 0).boxed().toList();
    if (labelled.isEmpty()) {
      return;
    }
    labelled.forEach(i -> labels.add(label(images, i)));
    grey = grey && isGrey(images.pixels());
    answers.forEach(
        (candidate, found) -> {
          try (SoftLabelBatch outputs = model.outputs(candidate.card(), images)) {
            FloatBuffer values = outputs.logits();
            for (int i : labelled) {
              found.add(reader.read(values, i, label(images, i)));
            }
          }
        });
  }

  private static int label(ImageBatch images, int row) {
    SampleView view = images.rows().get(row);
    return view.label();
  }

  private static boolean isGrey(ByteBuffer pixels) {
    for (int i = 0; i < pixels.limit(); i += ImageBatch.CHANNELS) {
      if (pixels.get(i) != pixels.get(i + 1) || pixels.get(i) != pixels.get(i + 2)) {
        return false;
      }
    }
    return true;
  }

  /**
   * What all batches together say.
   *
   * @throws TaustreamException if there was no labelled sample
   */
  public TeacherVerdict verdict() {
    if (labels.isEmpty()) {
      throw new TaustreamException(
          "a teacher cannot be verified without labelled samples, and there were none; name some as data.test");
    }
    Truth truth = new Truth(classes, labels.stream().mapToInt(Integer::intValue).toArray());
    Map<Candidate, List<Answer>> tried = new LinkedHashMap<>(answers);
    Candidate first = answers.keySet().iterator().next();
    if (grey) {
      // Where the colours are equal, another order of them is no other input.
      tried.keySet().removeIf(candidate -> !candidate.sameChannels(first));
    }
    return new Judgement(stated, truth, new Faults(classNames), grey).of(tried);
  }
}
