package io.taustream.teacher;

import static io.taustream.teacher.ModelBuilder.FLOAT32;
import static io.taustream.teacher.ModelBuilder.UINT8;

import io.taustream.ingest.batch.ImageBatch;
import io.taustream.storage.sample.SampleView;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;

/**
 * A network that tells colours apart by the mean of an image, right for the most part, and images
 * for it. What it takes and gives can be changed, to plant faults.
 */
final class ColourTeacher {
  static final int SIZE = 4;
  static final int CLASSES = 6;

  private static final int PIXELS = SIZE * SIZE;
  private static final double SHARPNESS = 20;
  private static final float DEAD = -1000;

  /** Red, green, blue; two differ in brightness alone, two are each other's BGR. */
  private static final double[][] COLOURS = {
    {0.75, 0.3, 0.3},
    {0.3, 0.3, 0.75},
    {0.3, 0.75, 0.3},
    {0.25, 0.25, 0.25},
    {0.8, 0.8, 0.8},
    {0.75, 0.75, 0.3}
  };

  private double[] mean = {0.485, 0.456, 0.406};
  private double[] deviation = {0.229, 0.224, 0.225};
  private boolean bgr;
  private boolean bytes;
  private boolean probabilities;
  private int[] classOfOutput = IntStream.range(0, CLASSES).toArray();

  /** Takes blue, green, red. */
  ColourTeacher bgr() {
    bgr = true;
    return this;
  }

  /** Takes pixels that are normalised so; the order is red, green, blue. */
  ColourTeacher normalisation(double sharedMean, double sharedDeviation) {
    Arrays.fill(mean, sharedMean);
    Arrays.fill(deviation, sharedDeviation);
    return this;
  }

  /** Takes N × size × size × 3 bytes. */
  ColourTeacher bytes() {
    bytes = true;
    return this;
  }

  /** Ends in a soft-max, and its output's name does not tell. */
  ColourTeacher probabilities() {
    probabilities = true;
    return this;
  }

  /** Output i is the class {@code classes[i]}; −1 for one that is never the largest. */
  ColourTeacher order(int... classes) {
    classOfOutput = classes;
    return this;
  }

  ModelBuilder build() {
    int outputs = classOfOutput.length;
    float[] weights = new float[3 * PIXELS * outputs];
    float[] biases = new float[outputs];
    for (int o = 0; o < outputs; o++) {
      if (classOfOutput[o] < 0) {
        biases[o] = DEAD;
        continue;
      }
      double[] colour = COLOURS[classOfOutput[o]];
      for (int c = 0; c < 3; c++) {
        double m = bytes ? 0 : mean[c];
        double d = bytes ? 1.0 / 255 : deviation[c];
        biases[o] += (float) (SHARPNESS * (2 * m * colour[c] - colour[c] * colour[c]));
        int channel = bgr ? 2 - c : c;
        for (int p = 0; p < PIXELS; p++) {
          int input = bytes ? 3 * p + channel : channel * PIXELS + p;
          weights[input * outputs + o] = (float) (SHARPNESS * 2 * d * colour[c] / PIXELS);
        }
      }
    }
    ModelBuilder model = new ModelBuilder();
    if (bytes) {
      model.input("image", UINT8, -1, SIZE, SIZE, 3).cast("image", FLOAT32, "pixels");
    } else {
      model.input("pixels", FLOAT32, -1, 3, SIZE, SIZE);
    }
    model
        .values("weights", weights, 3L * PIXELS, outputs)
        .values("biases", biases, outputs)
        .constant("one", 1)
        .node("Flatten", List.of("pixels"), "flat")
        .node("MatMul", List.of("flat", "weights"), "products")
        .node("Add", List.of("products", "biases"), "sums");
    if (probabilities) {
      // Behind another operator, so that the soft-max is not seen to make the output.
      model.node("Softmax", List.of("sums"), "softmax");
      model.node("Mul", List.of("softmax", "one"), "out");
    } else {
      model.node("Mul", List.of("sums", "one"), "out");
    }
    return model.output("out", FLOAT32, -1, outputs);
  }

  /**
   * Images of all classes in turn.
   *
   * @param noise the deviation of a pixel, and of the whole image from its colour; 0.1: hardly a
   *     class is mistaken, 0.4: many are
   */
  static ImageBatch images(BufferAllocator allocator, int count, double noise, long seed) {
    Random random = new Random(seed);
    ArrowBuf pixels = allocator.buffer((long) count * PIXELS * 3);
    List<SampleView> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int label = i % CLASSES;
      rows.add(new SampleView("shard", i, "key" + i, label, 0, 0));
      double[] shift = random.doubles(3).map(x -> noise * random.nextGaussian()).toArray();
      for (int p = 0; p < PIXELS; p++) {
        for (int c = 0; c < 3; c++) {
          double value = COLOURS[label][c] + shift[c] + noise * random.nextGaussian();
          int level = (int) Math.round(255 * Math.max(0, Math.min(1, value)));
          pixels.setByte(((long) i * PIXELS + p) * 3 + c, level);
        }
      }
    }
    return new ImageBatch(rows, SIZE, pixels);
  }
}
