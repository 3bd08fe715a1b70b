package io.taustream.teacher;

import static io.taustream.teacher.verify.Fault.Kind.CHANNELS;
import static io.taustream.teacher.verify.Fault.Kind.CLASS_COUNT;
import static io.taustream.teacher.verify.Fault.Kind.CLASS_ORDER;
import static io.taustream.teacher.verify.Fault.Kind.NORMALISATION;
import static io.taustream.teacher.verify.Fault.Kind.NOT_FINITE;
import static io.taustream.teacher.verify.Fault.Kind.OUTPUT_KIND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.taustream.ingest.batch.ImageBatch;
import io.taustream.storage.TaustreamException;
import io.taustream.storage.label.SoftLabelBatch;
import io.taustream.storage.sample.SampleView;
import io.taustream.teacher.TeacherCard.ChannelOrder;
import io.taustream.teacher.TeacherCard.OutputKind;
import io.taustream.teacher.verify.ClassOrder;
import io.taustream.teacher.verify.Fault;
import io.taustream.teacher.verify.TeacherVerdict;
import io.taustream.teacher.verify.TeacherVerification;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Teachers of ONNX Runtime with planted faults, each judged by images with labels. */
class PlantedFaultsTest {
  private static final int SAMPLES = 600;
  private static final double LITTLE_NOISE = 0.15;
  private static final double MUCH_NOISE = 0.35;
  private static final List<Double> IMAGENET_MEAN = List.of(0.485, 0.456, 0.406);
  private static final String IMAGENET =
      "channels: rgb\nmean: [0.485, 0.456, 0.406]\ndeviation: [0.229, 0.224, 0.225]\nrange: 255\n";
  private static final String NOT_NORMALISED =
      "channels: rgb\nmean: [0, 0, 0]\ndeviation: [1, 1, 1]\nrange: 255\n";

  private final BufferAllocator allocator = new RootAllocator();
  @TempDir Path folder;

  @AfterEach
  void nothingLeaks() {
    allocator.close();
  }

  @Test
  void findsNoFaultWithAGoodTeacher() {
    TeacherVerdict verdict = verdict(new ColourTeacher(), IMAGENET, SAMPLES, LITTLE_NOISE);

    assertThat(verdict.faults()).isEmpty();
    assertThat(verdict.corrected()).isEqualTo(verdict.stated());
    assertThat(verdict.order()).isEqualTo(new ClassOrder.Same(ColourTeacher.CLASSES));
    assertThat(verdict.samples()).isEqualTo(SAMPLES);
    assertThat(verdict.score().top1()).isGreaterThan(0.8);
    assertThat(verdict.score().top5().orElseThrow()).isGreaterThan(0.99);
    assertThat(verdict.score().confidence()).isBetween(0.5, 1.0);
    assertThat(verdict.trials().get(0).card()).isEqualTo(verdict.stated());
  }

  @Test
  void findsNoFaultWithAWeakTeacherOnFewSamples() {
    for (int seed = 0; seed < 5; seed++) {
      TeacherVerdict verdict = verdict(new ColourTeacher(), IMAGENET, 200, MUCH_NOISE, seed);
      assertThat(verdict.score().top1()).as("seed %d", seed).isBetween(0.4, 0.75);
      assertThat(verdict.faults()).as("seed %d", seed).isEmpty();
    }
  }

  @Test
  void findsNoFaultWithAGuessingTeacherButSaysSo() {
    ModelFile model =
        write(ModelBuilder.linear(-1, ColourTeacher.SIZE, ColourTeacher.CLASSES), IMAGENET);
    int said = 0;
    for (int seed = 0; seed < 5; seed++) {
      // Pure noise: the images have no class.
      try (ImageBatch noise = relabelled(TestImages.random(allocator, 300, 4, seed))) {
        TeacherVerdict verdict = verdict(model, noise);
        assertThat(verdict.faults()).as("seed %d", seed).isEmpty();
        said +=
            verdict.notes().stream().anyMatch(n -> n.contains("no better than guessing")) ? 1 : 0;
      }
    }
    // One in a hundred guesses better than that.
    assertThat(said).isGreaterThanOrEqualTo(4);
  }

  @Test
  void findsShiftedClasses() {
    TeacherVerdict verdict =
        verdict(new ColourTeacher().order(1, 2, 3, 4, 5, 0), IMAGENET, SAMPLES, LITTLE_NOISE);

    assertThat(kinds(verdict)).containsExactly(CLASS_ORDER);
    assertThat(verdict.order()).isEqualTo(new ClassOrder.Shifted(1, 6));
    assertThat(verdict.faults().get(0).found()).contains("output i is class i + 1 (mod 6)");
    assertThat(verdict.faults().get(0).remedy())
        .isEqualTo("write into the card: class-map: [1, 2, 3, 4, 5, 0]");
    assertThat(verdict.corrected().classMap())
        .contains(new ClassMap.Indices(List.of(1, 2, 3, 4, 5, 0), ClassMap.Unmapped.DROP));
  }

  @Test
  void findsPermutedClassesAndNamesThem() {
    TeacherVerdict verdict =
        verdict(new ColourTeacher().order(4, 1, 5, 3, 2, 0), IMAGENET, SAMPLES, LITTLE_NOISE);

    assertThat(kinds(verdict)).containsExactly(CLASS_ORDER);
    assertThat(verdict.order().map(6)).containsExactly(4, 1, 5, 3, 2, 0);
    assertThat(verdict.faults().get(0).found())
        .contains("output 0 is class 4 (bright)", "output 5 is class 0 (red)")
        .doesNotContain("output 1 is", "output 3 is");
  }

  @Test
  void findsABackgroundClass() {
    TeacherVerdict verdict =
        verdict(new ColourTeacher().order(-1, 0, 1, 2, 3, 4, 5), IMAGENET, SAMPLES, LITTLE_NOISE);

    assertThat(kinds(verdict)).containsExactly(CLASS_COUNT, CLASS_ORDER);
    assertThat(verdict.order()).isEqualTo(new ClassOrder.BehindBackground());
    assertThat(verdict.classOfOutput()).containsExactly(-1, 0, 1, 2, 3, 4, 5);
    assertThat(verdict.corrected().labelClasses()).isEqualTo(6);
  }

  @Test
  void findsNoFaultOnceTheCardHasTheMap() {
    ColourTeacher teacher = new ColourTeacher().order(-1, 4, 1, 5, 3, 2, 0);
    TeacherVerdict before = verdict(teacher, IMAGENET, SAMPLES, LITTLE_NOISE);
    assertThat(before.classOfOutput()).containsExactly(-1, 4, 1, 5, 3, 2, 0);

    TeacherVerdict after = verdict(teacher, before.corrected().toYaml(), SAMPLES, LITTLE_NOISE);

    assertThat(after.faults()).isEmpty();
    assertThat(after.corrected()).isEqualTo(before.corrected());
    assertThat(after.classOfOutput()).isEqualTo(before.classOfOutput());
    TeacherVerdict plain = verdict(new ColourTeacher(), IMAGENET, SAMPLES, LITTLE_NOISE);
    assertThat(after.score().top1()).isEqualTo(plain.score().top1());
    assertThat(after.score().nll()).isCloseTo(plain.score().nll(), within(1e-5));
  }

  @Test
  void findsAMapThatIsWrong() {
    ColourTeacher teacher = new ColourTeacher().order(4, 1, 5, 3, 2, 0);
    String wrong = IMAGENET + "class-map: [4, 1, 5, 3, 0, 2]\n";

    TeacherVerdict verdict = verdict(teacher, wrong, SAMPLES, LITTLE_NOISE);

    assertThat(kinds(verdict)).containsExactly(CLASS_ORDER);
    assertThat(verdict.classOfOutput()).containsExactly(4, 1, 5, 3, 2, 0);
    assertThat(verdict.corrected().classMap().orElseThrow().line())
        .isEqualTo("class-map: [4, 1, 5, 3, 2, 0]");
    TeacherVerdict needless =
        verdict(
            new ColourTeacher(),
            IMAGENET + "class-map: [1, 0, 2, 3, 4, 5]\n",
            SAMPLES,
            LITTLE_NOISE);
    assertThat(needless.corrected().classMap()).isEmpty();
    assertThat(needless.faults().get(0).remedy()).contains("take class-map", "out of the card");
  }

  @Test
  void tellsProbabilitiesByTheOutputsBeforeTheMap() {
    TeacherVerdict verdict =
        verdict(
            new ColourTeacher().order(0, 1, 2, 3, 4, 5, 0).probabilities(),
            IMAGENET + "output-kind: logits\nclass-map: [0, 1, 2, 3, 4, 5, 0]\n",
            SAMPLES,
            LITTLE_NOISE);

    assertThat(kinds(verdict)).containsExactly(OUTPUT_KIND);
    assertThat(verdict.corrected().outputKind()).isEqualTo(OutputKind.PROBABILITIES);
  }

  @Test
  void writesNoMapOfManyOutputsThatNothingSpeaksFor() {
    ModelFile model = write(ModelBuilder.linear(-1, ColourTeacher.SIZE, 9), IMAGENET);
    try (ImageBatch noise = relabelled(TestImages.random(allocator, 12, 4, 1))) {
      TeacherVerdict verdict = verdict(model, noise);
      assertThat(kinds(verdict)).contains(CLASS_COUNT);
      assertThat(verdict.corrected().classMap()).isEmpty();
      assertThat(verdict.faults().get(0).remedy()).contains("class-names", "class-map");
    }
  }

  @Test
  void findsBgrForRgb() {
    TeacherVerdict verdict = verdict(new ColourTeacher().bgr(), IMAGENET, SAMPLES, LITTLE_NOISE);

    assertThat(kinds(verdict)).containsExactly(CHANNELS);
    assertThat(verdict.corrected().channels()).isEqualTo(ChannelOrder.BGR);
    assertThat(verdict.corrected().mean()).containsExactly(0.406, 0.456, 0.485);
    assertThat(verdict.corrected().deviation()).containsExactly(0.225, 0.224, 0.229);
  }

  @Test
  void findsRgbForBgrInAModelOfBytes() {
    TeacherVerdict verdict =
        verdict(new ColourTeacher().bytes(), "channels: bgr\n", SAMPLES, LITTLE_NOISE);

    assertThat(kinds(verdict)).containsExactly(CHANNELS);
    assertThat(verdict.corrected().channels()).isEqualTo(ChannelOrder.RGB);
    assertThat(verdict.trials()).hasSize(2);
  }

  @Test
  void findsMissingNormalisation() {
    TeacherVerdict verdict = verdict(new ColourTeacher(), NOT_NORMALISED, SAMPLES, LITTLE_NOISE);

    assertThat(kinds(verdict)).containsExactly(NORMALISATION);
    // ImageNet's and CIFAR's are nearly the same: here either will do.
    assertThat(verdict.corrected().mean().get(0)).isCloseTo(0.488, within(0.01));
    assertThat(verdict.corrected().range()).isEqualTo(255);
    assertThat(verdict.corrected().channels()).isEqualTo(ChannelOrder.RGB);
  }

  @Test
  void findsAnotherNormalisationThanImageNets() {
    TeacherVerdict verdict =
        verdict(new ColourTeacher().normalisation(0, 1), IMAGENET, SAMPLES, LITTLE_NOISE);

    assertThat(kinds(verdict)).containsExactly(NORMALISATION);
    assertThat(verdict.corrected().mean()).containsExactly(0.0, 0.0, 0.0);
    assertThat(verdict.corrected().deviation()).containsExactly(1.0, 1.0, 1.0);
    assertThat(verdict.corrected().range()).isEqualTo(255);
    assertThat(verdict.faults().get(0).found()).contains("0 to 1");
  }

  @Test
  void findsProbabilitiesForLogits() {
    TeacherVerdict verdict =
        verdict(
            new ColourTeacher().probabilities(),
            IMAGENET + "output-kind: logits\n",
            SAMPLES,
            LITTLE_NOISE);

    assertThat(kinds(verdict)).containsExactly(OUTPUT_KIND);
    assertThat(verdict.corrected().outputKind()).isEqualTo(OutputKind.PROBABILITIES);
    // What is told of its quality is told of what the output is.
    TeacherVerdict logits = verdict(new ColourTeacher(), IMAGENET, SAMPLES, LITTLE_NOISE);
    assertThat(verdict.score().nll()).isCloseTo(logits.score().nll(), within(1e-4));
    assertThat(verdict.score().confidence()).isCloseTo(logits.score().confidence(), within(1e-4));
  }

  @Test
  void findsLogitsForProbabilities() {
    TeacherVerdict verdict =
        verdict(
            new ColourTeacher(), IMAGENET + "output-kind: probabilities\n", SAMPLES, LITTLE_NOISE);

    assertThat(kinds(verdict)).containsExactly(OUTPUT_KIND);
    assertThat(verdict.corrected().outputKind()).isEqualTo(OutputKind.LOGITS);
  }

  @Test
  void findsThreeFaultsAtOnce() {
    TeacherVerdict verdict =
        verdict(
            new ColourTeacher().bgr().normalisation(0.5, 0.5).order(4, 1, 5, 3, 2, 0),
            NOT_NORMALISED,
            SAMPLES,
            LITTLE_NOISE);

    assertThat(kinds(verdict)).containsExactly(CLASS_ORDER, CHANNELS, NORMALISATION);
    assertThat(verdict.order().map(6)).containsExactly(4, 1, 5, 3, 2, 0);
    assertThat(verdict.corrected().channels()).isEqualTo(ChannelOrder.BGR);
    assertThat(verdict.corrected().mean()).containsExactly(0.5, 0.5, 0.5);
  }

  @Test
  void fewSamplesProveNothingAndItSaysSo() {
    TeacherVerdict few = verdict(new ColourTeacher().bgr(), IMAGENET, 12, LITTLE_NOISE);
    assertThat(few.faults()).isEmpty();
    assertThat(few.notes())
        .anyMatch(note -> note.startsWith("12 samples are too few to tell an order of classes"));
  }

  @Test
  void findsOutputsThatAreNotFinite() {
    ModelFile model =
        write(
            new ColourTeacher()
                .build()
                .constant("zero", 0)
                .node("Mul", List.of("out", "zero"), "zeros")
                .node("Div", List.of("zeros", "zero"), "nan")
                .output("nan", ModelBuilder.FLOAT32, -1, ColourTeacher.CLASSES),
            IMAGENET + "output: nan\n");
    try (ImageBatch images = ColourTeacher.images(allocator, 60, LITTLE_NOISE, 1)) {
      TeacherVerdict verdict = verdict(model, images);
      assertThat(kinds(verdict)).containsExactly(NOT_FINITE);
      assertThat(verdict.score().top1()).isZero();
    }
  }

  @Test
  void greySamplesCannotShowTheOrderOfChannels() {
    ModelFile model = write(new ColourTeacher().bgr().build(), IMAGENET);
    byte[] grey = new byte[60 * 48];
    for (int i = 0; i < grey.length; i++) {
      grey[i] = (byte) (i / 48 * 4);
    }
    try (ImageBatch images = relabelled(TestImages.batch(allocator, 60, 4, grey))) {
      TeacherVerdict verdict = verdict(model, images);
      assertThat(verdict.notes()).anyMatch(note -> note.startsWith("the samples are grey"));
      assertThat(verdict.trials()).allMatch(trial -> trial.card().channels() == ChannelOrder.RGB);
    }
  }

  @Test
  void leavesOutSamplesWithoutAClass() {
    ModelFile model = write(new ColourTeacher().build(), IMAGENET);
    try (TeacherTrial trial = open(model);
        ImageBatch labelled = ColourTeacher.images(allocator, 60, LITTLE_NOISE, 1);
        ImageBatch half = withoutEverySecondLabel(labelled)) {
      TeacherVerification verification = verification(trial);
      verification.add(half);
      assertThat(verification.verdict().samples()).isEqualTo(30);
    }
  }

  @Test
  void needsALabelledSample() {
    ModelFile model = write(new ColourTeacher().build(), IMAGENET);
    try (TeacherTrial trial = open(model)) {
      TeacherVerification verification = verification(trial);
      assertThatThrownBy(verification::verdict)
          .isInstanceOf(TaustreamException.class)
          .hasMessageContaining("labelled samples");
    }
  }

  @Test
  void theTrialGivesWhatATeacherGives() {
    ModelFile model = write(new ColourTeacher().build(), IMAGENET);
    try (ImageBatch images = ColourTeacher.images(allocator, 9, LITTLE_NOISE, 1);
        OnnxTeacher teacher =
            OnnxTeacher.open(
                "t", model, data(), new ExecutionSettings(new Device.Cpu(), 1), allocator);
        TeacherTrial trial = open(model);
        SoftLabelBatch expected = teacher.label(images);
        SoftLabelBatch found = trial.outputs(trial.card(), images)) {
      assertThat(trial.card()).isEqualTo(teacher.card());
      assertThat(trial.card().mean()).isEqualTo(IMAGENET_MEAN);
      assertThat(found.logits()).isEqualTo(expected.logits());
    }
  }

  private static List<Fault.Kind> kinds(TeacherVerdict verdict) {
    return verdict.faults().stream().map(Fault::kind).toList();
  }

  private TeacherVerdict verdict(ColourTeacher teacher, String card, int samples, double noise) {
    return verdict(teacher, card, samples, noise, 1);
  }

  private TeacherVerdict verdict(
      ColourTeacher teacher, String card, int samples, double noise, long seed) {
    ModelFile model = write(teacher.build(), card);
    try (ImageBatch images = ColourTeacher.images(allocator, samples, noise, seed)) {
      return verdict(model, images);
    }
  }

  private TeacherVerdict verdict(ModelFile model, ImageBatch images) {
    try (TeacherTrial trial = open(model)) {
      TeacherVerification verification = verification(trial);
      verification.add(images);
      return verification.verdict();
    }
  }

  private static TeacherVerification verification(TeacherTrial trial) {
    return new TeacherVerification(
        trial.card(),
        ColourTeacher.CLASSES,
        List.of("red", "blue", "green", "dark", "bright", "yellow"),
        trial::outputs);
  }

  private TeacherTrial open(ModelFile model) {
    return TeacherTrial.open(model, data(), new ExecutionSettings(new Device.Cpu(), 1), allocator);
  }

  private static DataShape data() {
    return new DataShape(ColourTeacher.CLASSES, ColourTeacher.SIZE);
  }

  private ModelFile write(ModelBuilder model, String card) {
    try {
      Files.writeString(folder.resolve("m.yaml"), card);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return model.write(folder.resolve("m.onnx"));
  }

  /** The same pixels with classes in turn; the batch given is closed. */
  private ImageBatch relabelled(ImageBatch images) {
    return withLabels(images, i -> i % ColourTeacher.CLASSES);
  }

  private ImageBatch withoutEverySecondLabel(ImageBatch images) {
    return withLabels(images.retain(), i -> i % 2 == 0 ? images.rows().get(i).label() : -1);
  }

  private ImageBatch withLabels(ImageBatch images, IntUnaryOperator label) {
    try (images) {
      ArrowBuf pixels = allocator.buffer(images.byteLength());
      pixels.setBytes(0, images.pixels());
      return new ImageBatch(
          IntStream.range(0, images.size())
              .mapToObj(i -> new SampleView("s", i, "k" + i, label.applyAsInt(i), 0, 0))
              .toList(),
          images.imageSize(),
          pixels);
    }
  }
}
