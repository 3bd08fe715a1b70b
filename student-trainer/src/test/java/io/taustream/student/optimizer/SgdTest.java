package io.taustream.student.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.taustream.student.model.Autograd;
import io.taustream.student.model.Student.NamedTensor;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** PyTorch's update, step by step against doubles; the loss is Σ w⁴ / 4 with gradient w³. */
class SgdTest {
  private static final double[] START = {1.5, -0.75, 0.1};

  @ParameterizedTest
  @CsvSource({
    "0, 0, false",
    "0, 0.01, false",
    "0.9, 0, false",
    "0.9, 0.01, false",
    "0.9, 0.01, true"
  })
  void updatesAsPyTorchDoes(double m, double decay, boolean nesterov) {
    try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
      NDArray w = manager.create(START);
      w.setRequiresGradient(true);
      List<NamedTensor> parameters = List.of(new NamedTensor("w", w));
      Gradients gradients = new Gradients(parameters);
      double[] expected = START.clone();
      double[] v = new double[START.length];
      try (Sgd sgd = new Sgd(manager, parameters, new Sgd.Settings(m, decay, nesterov))) {
        for (int step = 0; step < 5; step++) {
          double rate = 0.1 / (step + 1);
          gradientOfQuartic(w);
          sgd.update(rate);
          gradients.clear();
          for (int i = 0; i < expected.length; i++) {
            double g = Math.pow(expected[i], 3) + decay * expected[i];
            v[i] = step == 0 ? g : m * v[i] + g;
            expected[i] -= rate * (nesterov ? g + m * v[i] : v[i]);
          }
          assertThat(w.toDoubleArray()).containsExactly(expected, within(1e-14));
        }
        if (m > 0) {
          assertThat(sgd.state().get(0).name()).isEqualTo("velocity.w");
          assertThat(sgd.state().get(0).tensor().toDoubleArray()).containsExactly(v, within(1e-14));
        } else {
          assertThat(sgd.state()).isEmpty();
        }
      }
    }
  }

  @Test
  void measuresTheNormOfAllGradients() {
    try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
      NDArray a = manager.create(new float[] {1, 2});
      NDArray b = manager.create(new float[][] {{-1}, {0.5f}});
      a.setRequiresGradient(true);
      b.setRequiresGradient(true);
      gradientOfQuartic(a);
      gradientOfQuartic(b);
      Gradients gradients =
          new Gradients(List.of(new NamedTensor("a", a), new NamedTensor("b", b)));

      assertThat(gradients.norm(manager)).isCloseTo(Math.sqrt(1 + 64 + 1 + 1 / 64.0), within(1e-6));
      gradients.clear();
      assertThat(gradients.norm(manager)).isZero();
    }
  }

  @Test
  void leavesNoTensorBehind() {
    try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
      NDArray w = manager.create(START);
      w.setRequiresGradient(true);
      List<NamedTensor> parameters = List.of(new NamedTensor("w", w));
      try (Sgd sgd = new Sgd(manager, parameters, new Sgd.Settings(0.9, 0.01, true))) {
        gradientOfQuartic(w);
        int before = manager.getManagedArrays().size();
        sgd.update(0.1);
        new Gradients(parameters).clear();
        assertThat(manager.getManagedArrays()).hasSize(before);
      }
    }
  }

  @Test
  void refusesNesterovWithoutMomentum() {
    assertThatThrownBy(() -> new Sgd.Settings(0, 0, true)).hasMessageContaining("momentum");
  }

  private static void gradientOfQuartic(NDArray w) {
    try (NDManager step = w.getManager().newSubManager()) {
      NDArray quarter = step.create(0.25).toType(w.getDataType(), false);
      NDArray loss =
          Autograd.record(
              () -> {
                NDArray square = w.square();
                square.attach(step);
                NDArray sum = square.mul(square).sum();
                return sum.mul(quarter);
              });
      Autograd.backward(loss);
    }
  }
}
