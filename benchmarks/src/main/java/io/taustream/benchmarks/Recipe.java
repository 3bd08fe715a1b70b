package io.taustream.benchmarks;

import io.taustream.student.loss.CrossEntropy;
import io.taustream.student.loss.KendallTau;
import io.taustream.student.loss.KullbackLeibler;
import io.taustream.student.loss.Pairing;
import io.taustream.student.loss.Surrogate;
import io.taustream.student.loss.WeightedLoss;
import io.taustream.student.loss.WeightedLoss.Term;
import io.taustream.student.model.NetworkStudent;
import io.taustream.student.model.PixelNormalisation;
import io.taustream.student.model.StudentDevice;
import io.taustream.student.model.StudentModels;
import io.taustream.student.optimizer.Sgd;
import java.util.List;

/** What both sides train, and how: the student, losses and optimiser of the README's run. */
final class Recipe {
  static final double LEARNING_RATE = 0.01;
  private static final long SEED = 7;

  private Recipe() {}

  static NetworkStudent student(String model) {
    return StudentModels.create(
        model,
        Workbench.CLASSES,
        Workbench.IMAGE_SIZE,
        PixelNormalisation.IMAGENET,
        SEED,
        StudentDevice.choose("cpu"));
  }

  static Sgd optimizer(NetworkStudent student) {
    return new Sgd(student, new Sgd.Settings(0.9, 5e-4, true));
  }

  static WeightedLoss loss() {
    return new WeightedLoss(
        List.of(
            new Term(new CrossEntropy(), 0.1),
            new Term(new KullbackLeibler(4, false), 0.9),
            new Term(new KendallTau(Surrogate.TANH, Pairing.SIGN, 1), 5)));
  }
}
