package io.taustream.student.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.Device;
import io.taustream.storage.TaustreamException;
import io.taustream.storage.label.SoftLabelBatch;
import io.taustream.storage.label.TopK;
import io.taustream.storage.sample.SampleView;
import io.taustream.student.diagnose.GradientDiagnosis;
import io.taustream.student.loss.CrossEntropy;
import io.taustream.student.loss.CurriculumTemperature;
import io.taustream.student.loss.KendallTau;
import io.taustream.student.loss.KullbackLeibler;
import io.taustream.student.loss.LearnedParameters;
import io.taustream.student.loss.Pairing;
import io.taustream.student.loss.Surrogate;
import io.taustream.student.loss.WeightedLoss;
import io.taustream.student.model.PixelNormalisation;
import io.taustream.student.model.Student;
import io.taustream.student.model.StudentModels;
import io.taustream.student.optimizer.Sgd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StudentTrainerTest {
  private static final int CLASSES = 4;
  private static final int SIZE = 8;

  private final RootAllocator root = new RootAllocator();
  private final TestBatches batches = new TestBatches(root, SIZE, CLASSES);
  private final Student student =
      StudentModels.create("resnet8", CLASSES, SIZE, PixelNormalisation.IMAGENET, 1, Device.cpu());
  private final Sgd sgd = new Sgd(student, new Sgd.Settings(0.9, 5e-4, true));
  private final StudentTrainer trainer =
      new StudentTrainer(
          student,
          distillation(),
          LearnedParameters.NONE,
          sgd,
          new TorchThreads(1),
          0,
          GradientDiagnosis.every(3));

  @AfterEach
  void closeAll() {
    sgd.close();
    student.close();
    root.close();
  }

  private static WeightedLoss distillation() {
    return new WeightedLoss(
        List.of(
            new WeightedLoss.Term(new CrossEntropy(), 0.1),
            new WeightedLoss.Term(new KullbackLeibler(4, false), 0.9),
            new WeightedLoss.Term(new KendallTau(Surrogate.TANH, Pairing.SIGN, 1), 5)));
  }

  private static WeightedLoss learningLoss() {
    return new WeightedLoss(
        Stream.concat(
                distillation().terms().values().stream(),
                Stream.of(new WeightedLoss.Term(new CurriculumTemperature(1, 20, 1, 10, false), 1)))
            .toList());
  }

  private StepResult step(long seed, double learningRate) {
    try (TrainingBatch batch = batches.batch(32, seed)) {
      return trainer.step(batch, new StepTime(0, learningRate));
    }
  }

  @Test
  void learnsTheTeachersKnowledge() {
    double first = step(0, 0.05).loss();
    for (int i = 1; i < 30; i++) {
      step(i, 0.05);
    }
    StepResult last = step(30, 0.05);

    assertThat(last.loss()).isLessThan(first / 2);
    assertThat(last.step()).isEqualTo(31);
    assertThat(last.samples()).isEqualTo(32);
    assertThat(last.gradientNorm()).isPositive();
    assertThat(last.terms().keySet()).containsExactly("ce", "kl", "kendall");
    assertThat(last.loss())
        .isCloseTo(
            0.1 * last.terms().get("ce")
                + 0.9 * last.terms().get("kl")
                + 5 * last.terms().get("kendall"),
            within(1e-4));
  }

  @Test
  void givesTheSameBitsTwice() {
    List<Double> losses = new ArrayList<>();
    for (int run = 0; run < 2; run++) {
      try (Student fresh =
              StudentModels.create(
                  "resnet8", CLASSES, SIZE, PixelNormalisation.IMAGENET, 1, Device.cpu());
          Sgd optimizer = new Sgd(fresh, new Sgd.Settings(0.9, 5e-4, true))) {
        StudentTrainer again =
            new StudentTrainer(fresh, distillation(), optimizer, new TorchThreads(1), 0);
        for (int i = 0; i < 5; i++) {
          try (TrainingBatch batch = batches.batch(16, i)) {
            losses.add(again.step(batch, new StepTime(0, 0.1)).loss());
          }
        }
      }
    }
    assertThat(losses.subList(0, 5)).isEqualTo(losses.subList(5, 10));
  }

  @Test
  void givesTheSameBitsWithADiagnosis() {
    // With a term that learns: its gradient must not be added to.
    WeightedLoss loss = learningLoss();
    List<List<float[]>> tensors = new ArrayList<>();
    List<Double> losses = new ArrayList<>();
    for (GradientDiagnosis diagnosis :
        List.of(GradientDiagnosis.NEVER, GradientDiagnosis.every(2))) {
      try (Student fresh =
              StudentModels.create(
                  "resnet8", CLASSES, SIZE, PixelNormalisation.IMAGENET, 1, Device.cpu());
          LearnedParameters learned = LearnedParameters.of(loss, fresh.manager());
          Sgd optimizer = new Sgd(fresh, learned.tensors(), new Sgd.Settings(0.9, 5e-4, true))) {
        StudentTrainer again =
            new StudentTrainer(fresh, loss, learned, optimizer, new TorchThreads(1), 0, diagnosis);
        for (int i = 0; i < 6; i++) {
          try (TrainingBatch batch = batches.batch(16, i)) {
            StepResult result = again.step(batch, new StepTime(5, 0.1));
            losses.add(result.loss());
            assertThat(result.gradients().isPresent()).isEqualTo(diagnosis.dueAt(i + 1));
          }
        }
        tensors.add(
            Stream.of(fresh.parameters(), fresh.statistics(), learned.tensors(), optimizer.state())
                .flatMap(List::stream)
                .map(tensor -> tensor.tensor().toFloatArray())
                .toList());
      }
    }
    assertThat(losses.subList(0, 6)).isEqualTo(losses.subList(6, 12));
    assertThat(tensors.get(1)).usingRecursiveComparison().isEqualTo(tensors.get(0));
  }

  @Test
  void leavesTheParametersAloneWhereTheLossIsNotFinite() {
    step(0, 0.05);
    List<float[]> before = parameters();
    try (TrainingBatch batch = withTeacherLogit(Float.NaN)) {
      assertThatThrownBy(() -> trainer.step(batch, new StepTime(0, 0.25)))
          .isInstanceOf(TaustreamException.class)
          .hasMessageContaining("Step 2 has a loss of NaN")
          .hasMessageContaining("kl=NaN")
          .hasMessageContaining("learning rate 0.25")
          .hasMessageContaining("train.optimizer.lr");
    }

    assertThat(parameters()).usingRecursiveComparison().isEqualTo(before);
    assertThat(step(1, 0.05).step()).isEqualTo(2);
  }

  @Test
  void namesTheSampleWhoseLabelIsNoClass() {
    List<SampleView> rows = List.of(new SampleView("s.tar", 0, "cat-17", CLASSES, 0, 0));
    try (TrainingBatch batch =
        new TrainingBatch(batches.images(rows, new Random(0)), Optional.empty())) {
      assertThatThrownBy(() -> trainer.step(batch, new StepTime(0, 0.1)))
          .isInstanceOf(TaustreamException.class)
          .hasMessageContaining("'cat-17' of s.tar has label 4")
          .hasMessageContaining("0 to 3");
    }
  }

  @Test
  void refusesSoftLabelsOfOtherRowsAndClosesBoth() {
    List<SampleView> rows = List.of(new SampleView("s.tar", 0, "a", 1, 0, 0));
    List<SampleView> others = List.of(new SampleView("s.tar", 0, "a", 1, 1, 9));

    assertThatThrownBy(
            () ->
                new TrainingBatch(
                    batches.images(rows, new Random(0)),
                    Optional.of(batches.labels(others, new Random(0)))))
        .isInstanceOf(TaustreamException.class)
        .hasMessageContaining("row 0");
    assertThat(root.getAllocatedMemory()).isZero();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void twoHundredStepsLeaveNothingBehind(boolean topK) throws Exception {
    try (LearnedParameters learned = LearnedParameters.of(learningLoss(), student.manager());
        Sgd both = new Sgd(student, learned.tensors(), new Sgd.Settings(0.9, 5e-4, true))) {
      StudentTrainer learning =
          new StudentTrainer(
              student,
              learningLoss(),
              learned,
              both,
              new TorchThreads(1),
              0,
              GradientDiagnosis.every(3));
      steps(learning, 50, topK);
      int arrays = student.manager().getManagedArrays().size();
      long resident = residentKibibytes();
      steps(learning, 200, topK);

      assertThat(student.manager().getManagedArrays()).hasSize(arrays);
      assertThat(residentKibibytes() - resident).as("growth in KiB").isLessThan(40_000);
    }
  }

  private void steps(StudentTrainer trainer, int count, boolean topK) {
    TopK encoding = new TopK(2, List.of(1f, 4f));
    for (int i = 0; i < count; i++) {
      try (TrainingBatch batch = topK ? batches.topKBatch(32, i, encoding) : batches.batch(32, i)) {
        trainer.step(batch, new StepTime(i / 20.0, 0.01));
      }
    }
  }

  private static long residentKibibytes() throws IOException {
    Path status = Path.of("/proc/self/status");
    assumeTrue(Files.exists(status), "resident memory is read from /proc");
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }

  private List<float[]> parameters() {
    return student.parameters().stream().map(p -> p.tensor().toFloatArray()).toList();
  }

  private TrainingBatch withTeacherLogit(float logit) {
    List<SampleView> rows = List.of(new SampleView("s.tar", 0, "a", 1, 0, 0));
    ArrowBuf logits = root.buffer(CLASSES * Float.BYTES);
    for (int c = 0; c < CLASSES; c++) {
      logits.setFloat((long) c * Float.BYTES, logit);
    }
    return new TrainingBatch(
        batches.images(rows, new Random(0)),
        Optional.of(new SoftLabelBatch(rows, CLASSES, logits)));
  }
}
