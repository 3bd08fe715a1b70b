package io.taustream.student.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import io.taustream.student.model.PixelNormalisation;
import io.taustream.student.model.Student;
import io.taustream.student.model.StudentModels;
import io.taustream.student.train.TestBatches;
import io.taustream.student.train.TorchThreads;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

class StudentEvaluatorTest {
  private static final int CLASSES = 6;
  private static final int SIZE = 8;

  @Test
  void measuresWithoutTouchingTheStudentOrLeavingAnythingBehind() {
    Scheduler scheduler = Schedulers.newSingle("evaluation");
    try (RootAllocator root = new RootAllocator();
        Student student =
            StudentModels.create(
                "resnet8", CLASSES, SIZE, PixelNormalisation.IMAGENET, 1, Device.cpu())) {
      TestBatches batches = new TestBatches(root, SIZE, CLASSES);
      StudentEvaluator evaluator = new StudentEvaluator(student, new TorchThreads(1), scheduler);
      List<float[]> before = tensors(student);
      int arrays = student.manager().getManagedArrays().size();

      Evaluation evaluation = evaluate(evaluator, batches);

      assertThat(evaluation.samples()).isEqualTo(40);
      assertThat(evaluation.nll().getAsDouble()).isPositive();
      assertThat(evaluation.agreement()).isPresent();
      assertThat(evaluation.kendallTau().getAsDouble()).isBetween(-1.0, 1.0);
      assertThat(evaluation.top5().getAsDouble())
          .isGreaterThanOrEqualTo(evaluation.top1().getAsDouble());
      assertThat(tensors(student)).usingRecursiveComparison().isEqualTo(before);
      assertThat(student.manager().getManagedArrays()).hasSize(arrays);
      assertThat(evaluate(evaluator, batches)).usingRecursiveComparison().isEqualTo(evaluation);
      assertThat(root.getAllocatedMemory()).isZero();
    } finally {
      scheduler.dispose();
    }
  }

  private static Evaluation evaluate(StudentEvaluator evaluator, TestBatches batches) {
    return evaluator
        .evaluate(Flux.range(0, 4).map(i -> batches.batch(10, i)))
        .block(Duration.ofSeconds(30));
  }

  private static List<float[]> tensors(Student student) {
    return Stream.concat(student.parameters().stream(), student.statistics().stream())
        .map(tensor -> tensor.tensor().toFloatArray())
        .toList();
  }
}
