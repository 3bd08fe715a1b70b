package io.taustream.pipeline.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * A run whose teacher is no ONNX model: {@link com.example.teacher.NearestMeanProvider}, found on
 * the class path, with the mean colours of the training data's classes as its weights.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CustomTeacherRunTest {
  private static final String ONNX = "{name: tiny, model: teacher/tiny.onnx, batch: 16}";
  private static final String OWN =
      "{name: colours, type: nearest-mean, model: teacher/means.txt, options: {softness: 50}, batch: 16}";
  private static final int SHARDS = TinyRun.TRAIN.size() + 1;

  @TempDir static Path folder;

  private TinyRun run;
  private JsonNode labelled;

  @BeforeAll
  void label() {
    run = own("run");
    labelled = run.command("label", "CONFIG", "--json").isDone().json();
  }

  private static TinyRun own(String name) {
    TinyRun run = TinyRun.in(folder.resolve(name)).edit(ONNX, OWN);
    means(run, means());
    return run;
  }

  private static void means(TinyRun run, double[]... means) {
    String text =
        Arrays.stream(means)
            .map(m -> String.format(Locale.ROOT, "%.6f %.6f %.6f%n", m[0], m[1], m[2]))
            .collect(Collectors.joining());
    run.write(run.model().resolveSibling("means.txt"), text.getBytes(StandardCharsets.UTF_8));
  }

  /** The mean colour of each class of the training data. */
  private static double[][] means() {
    double[][] means = new double[TinyShards.CLASSES][];
    for (int label = 0; label < means.length; label++) {
      double[] sum = new double[3];
      int images = 0;
      for (int i = label; i < TinyRun.TRAIN_SAMPLES; i += TinyShards.CLASSES, images++) {
        double[] colour = colour(TinyShards.png(label, i));
        for (int c = 0; c < sum.length; c++) {
          sum[c] += colour[c];
        }
      }
      int count = images;
      means[label] = Arrays.stream(sum).map(s -> s / count).toArray();
    }
    return means;
  }

  private static double[] colour(byte[] png) {
    try {
      BufferedImage image = ImageIO.read(new ByteArrayInputStream(png));
      double[] sum = new double[3];
      for (int y = 0; y < image.getHeight(); y++) {
        for (int x = 0; x < image.getWidth(); x++) {
          int rgb = image.getRGB(x, y);
          for (int c = 0; c < sum.length; c++) {
            sum[c] += rgb >> (16 - 8 * c) & 0xFF;
          }
        }
      }
      int pixels = image.getWidth() * image.getHeight();
      return Arrays.stream(sum).map(s -> s / pixels).toArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void labelsEveryShardAndKnowsTheTestImages() {
    JsonNode teacher = labelled.get("teachers").get(0);

    assertThat(teacher.get("made").asInt()).isEqualTo(SHARDS);
    assertThat(teacher.get("test").get("top1").asDouble()).isEqualTo(1);
    assertThat(run.labelFiles().keySet()).hasSize(SHARDS).allMatch(f -> f.startsWith("colours-"));
  }

  @Test
  void teachesAStudent() {
    JsonNode trained = run.command("train", "CONFIG", "--json").isDone().json();

    assertThat(trained.get("steps").asInt()).isEqualTo(TinyRun.STEPS);
    assertThat(trained.get("teacher").get("top1").asDouble()).isEqualTo(1);
    assertThat(trained.get("student").get("agreement").isNumber()).isTrue();
    JsonNode again = run.command("eval", "CONFIG", "--json").isDone().json();
    assertThat(again.get("student")).isEqualTo(trained.get("student"));
  }

  @Test
  void runTrainsTheSameStudentAsLabelThenTrain() {
    TinyRun both = own("both");
    TinyRun apart = own("apart");

    both.command("run", "CONFIG").isDone();
    apart.command("label", "CONFIG").isDone();
    apart.command("train", "CONFIG").isDone();

    assertThat(both.labelFiles()).isEqualTo(run.labelFiles()).isEqualTo(apart.labelFiles());
    assertThat(both.student()).isEqualTo(apart.student());
  }

  @Test
  void itsLabelsAreComputedAgainToTheBit() {
    JsonNode verified =
        run.command("labels", "verify", "CONFIG", "--recompute", "30", "--json").isDone().json();

    assertThat(verified.at("/recomputed").asInt()).isEqualTo(30);
    assertThat(verified.at("/exact").asInt()).isEqualTo(30);
  }

  @Test
  void otherWeightsOrOptionsAreAnotherTeacher() {
    TinyRun other = own("other");
    Map<String, ByteBuffer> all = new TreeMap<>(run.labelFiles());
    other.edit("softness: 50", "softness: 51").command("label", "CONFIG").isDone();
    assertThat(other.labelFiles()).hasSize(SHARDS);
    assertThat(all.keySet()).doesNotContainAnyElementsOf(other.labelFiles().keySet());

    double[][] means = means();
    means[1][0]++;
    means(other, means);
    other.edit("softness: 51", "softness: 50").command("label", "CONFIG").isDone();
    assertThat(other.labelFiles()).hasSize(2 * SHARDS);
    assertThat(all.keySet()).doesNotContainAnyElementsOf(other.labelFiles().keySet());
  }

  @Test
  void teachesBesideAnOnnxModel() {
    TinyRun both = own("beside").edit(OWN, OWN + "\n  - " + ONNX);

    JsonNode made = both.command("label", "CONFIG", "--json").isDone().json().get("teachers");
    both.command("train", "CONFIG").isDone();

    assertThat(made).hasSize(2).allMatch(teacher -> teacher.get("made").asInt() == SHARDS);
    assertThat(both.labelFiles()).containsAllEntriesOf(run.labelFiles());
  }

  @Test
  void anUnknownTypeIsAnErrorThatNamesTheTypesThatThereAre() {
    own("type")
        .edit("type: nearest-mean", "type: nearest")
        .command("label", "CONFIG")
        .failed(
            1,
            "teacher colours",
            "no type nearest",
            "found nearest-mean, onnx, restless",
            "TAUSTREAM_CLASSPATH");
  }

  @Test
  void whatTheProviderRefusesIsTheOneLineOfTheFailure() {
    own("option")
        .edit("softness: 50", "hardness: 50")
        .command("label", "CONFIG")
        .failed(1, "teacher colours", "option hardness is unknown", "softness");
    own("model")
        .edit("model: teacher/means.txt, ", "")
        .command("label", "CONFIG")
        .failed(1, "teacher colours", "has no model", "model: FILE");
  }

  @Test
  void aTeacherThatIsAnotherWhenItIsOpenedAgainIsRefused() {
    TinyRun restless = own("restless");
    restless
        .edit("type: nearest-mean", "type: restless")
        .command("label", "CONFIG")
        .failed(1, "teacher colours was colours-", "is colours-", "now", "start the command again");
    assertThat(restless.labelFiles()).isEmpty();
  }

  @Test
  void aTeacherOfOtherClassesIsRefused() {
    TinyRun two = own("classes");
    double[][] means = means();
    means(two, means[0], means[1]);

    two.command("label", "CONFIG")
        .failed(1, "colours", "nearest-mean", "NearestMeanProvider", "2 classes", "data has 3");
  }

  @Test
  void logitsThatAreNoNumbersAreRefusedAndNothingIsStored() {
    TinyRun bad = own("nan");
    double[][] means = means();
    means[1][0] = Double.NaN;
    means(bad, means);

    bad.command("label", "CONFIG")
        .failed(1, "nearest-mean", "class 1", "train-0000.tar", "NaN", "a finite number");
    assertThat(bad.labelFiles()).isEmpty();
  }
}
