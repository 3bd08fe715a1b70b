package io.taustream.student.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import io.taustream.student.diagnose.GradientDiagnosis;
import io.taustream.student.model.PixelNormalisation;
import io.taustream.student.model.Student;
import io.taustream.student.model.StudentModels;
import io.taustream.student.optimizer.Sgd;
import io.taustream.student.train.StepTime;
import io.taustream.student.train.StudentTrainer;
import io.taustream.student.train.TestBatches;
import io.taustream.student.train.TorchThreads;
import io.taustream.student.train.TrainingBatch;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CurriculumTemperatureTest {
  private static final int CLASSES = 4;
  private static final int SIZE = 8;

  private final RootAllocator root = new RootAllocator();
  private final TestBatches batches = new TestBatches(root, SIZE, CLASSES);
  private final Student student =
      StudentModels.create("resnet8", CLASSES, SIZE, PixelNormalisation.IMAGENET, 1, Device.cpu());

  @AfterEach
  void closeAll() {
    student.close();
    root.close();
  }

  private static WeightedLoss loss(int terms) {
    WeightedLoss.Term term =
        new WeightedLoss.Term(new CurriculumTemperature(1, 20, 1, 10, false), 1);
    return new WeightedLoss(List.of(term, term).subList(0, terms));
  }

  /** θ of every term after some steps. */
  private List<Float> train(int terms, double decay, int steps, IntToDoubleFunction epoch) {
    WeightedLoss loss = loss(terms);
    try (LearnedParameters learned = LearnedParameters.of(loss, student.manager());
        Sgd sgd = new Sgd(student, learned.tensors(), new Sgd.Settings(0, decay, false))) {
      StudentTrainer trainer =
          new StudentTrainer(
              student, loss, learned, sgd, new TorchThreads(1), 0, GradientDiagnosis.NEVER);
      for (int step = 0; step < steps; step++) {
        try (TrainingBatch batch = batches.batch(16, step)) {
          trainer.step(batch, new StepTime(epoch.applyAsDouble(step), 1e-2));
        }
      }
      return learned.tensors().stream().map(p -> p.tensor().toFloatArray()[0]).toList();
    }
  }

  @Test
  void beginsWhereTheAuthorsBegin() {
    assertThat(loss(1).learned()).containsExactly(new LearnedParameter("ctkd.theta", 1));
  }

  @Test
  void learnsNothingBeforeTheCurriculumBegins() {
    assertThat(train(1, 0, 3, step -> 0)).containsExactly(1f);
  }

  @Test
  void movesTheTemperatureToWhereTheLossIsLarger() {
    float theta = train(1, 0, 1, step -> 10).get(0);

    double[] losses = new double[2];
    try (TrainingBatch batch = batches.batch(16, 0);
        Student same =
            StudentModels.create(
                "resnet8", CLASSES, SIZE, PixelNormalisation.IMAGENET, 1, Device.cpu())) {
      for (int i = 0; i < 2; i++) {
        WeightedLoss loss = loss(1);
        try (LearnedParameters learned = LearnedParameters.of(loss, same.manager());
            Sgd sgd = new Sgd(same, learned.tensors(), new Sgd.Settings(0, 0, false))) {
          if (i == 1) {
            learned.tensors().get(0).assign(FloatBuffer.wrap(new float[] {theta}));
          }
          losses[i] =
              new StudentTrainer(
                      same, loss, learned, sgd, new TorchThreads(1), 0, GradientDiagnosis.NEVER)
                  .step(batch, new StepTime(0, 0))
                  .loss();
        }
      }
    }
    assertThat(theta).isNotEqualTo(1f);
    assertThat(losses[1]).isGreaterThan(losses[0]);
  }

  @Test
  void decaysTheParameterAsAnyOther() {
    assertThat(train(1, 0.5, 1, step -> 0).get(0)).isCloseTo(1 - 0.5f * 1e-2f, within(1e-6f));
  }

  @Test
  void termsOfOneTypeLearnApart() {
    assertThat(loss(2).learned())
        .extracting(LearnedParameter::name)
        .containsExactly("ctkd.theta", "ctkd-2.theta");
    WeightedLoss.Term hard =
        new WeightedLoss.Term(new CurriculumTemperature(1, 20, 1, 10, false), 1);
    WeightedLoss.Term mild =
        new WeightedLoss.Term(new CurriculumTemperature(2, 8, 0.5, 10, false), 1);

    List<Float> together = firstStep(hard, mild);

    assertThat(together).doesNotHaveDuplicates().doesNotContain(1f);
    assertThat(together.get(0)).isEqualTo(firstStep(hard).get(0));
    assertThat(together.get(1)).isEqualTo(firstStep(mild).get(0));
  }

  /** θ of every term after the first step of a new student. */
  private List<Float> firstStep(WeightedLoss.Term... terms) {
    WeightedLoss loss = new WeightedLoss(List.of(terms));
    try (Student fresh =
            StudentModels.create(
                "resnet8", CLASSES, SIZE, PixelNormalisation.IMAGENET, 1, Device.cpu());
        LearnedParameters learned = LearnedParameters.of(loss, fresh.manager());
        Sgd sgd = new Sgd(fresh, learned.tensors(), new Sgd.Settings(0, 0, false));
        TrainingBatch batch = batches.batch(16, 0)) {
      new StudentTrainer(fresh, loss, learned, sgd, new TorchThreads(1), 0, GradientDiagnosis.NEVER)
          .step(batch, new StepTime(10, 1e-2));
      return learned.tensors().stream().map(p -> p.tensor().toFloatArray()[0]).toList();
    }
  }

  @Test
  void isNoPartOfTheStudent() {
    int before = student.manager().getManagedArrays().size();
    try (LearnedParameters learned = LearnedParameters.of(loss(2), student.manager())) {
      assertThat(learned.tensors()).hasSize(2);
      assertThat(student.parameters()).noneMatch(p -> p.name().contains("theta"));
    }
    assertThat(student.manager().getManagedArrays()).hasSize(before);
  }

  @Test
  void namesTheParameterThatTheTrainerDoesNotHold() {
    try (Sgd sgd = new Sgd(student, new Sgd.Settings(0, 0, false));
        TrainingBatch batch = batches.batch(4, 0)) {
      StudentTrainer trainer = new StudentTrainer(student, loss(1), sgd, new TorchThreads(1), 0);

      assertThatThrownBy(() -> trainer.step(batch, new StepTime(0, 0.1)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("ctkd.theta");
    }
  }
}
