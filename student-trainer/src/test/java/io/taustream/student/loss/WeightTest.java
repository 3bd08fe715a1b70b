package io.taustream.student.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WeightTest {
  @Test
  void isOneNumberAllTheTime() {
    Weight weight = Weight.constant(5);

    assertThat(weight.at(0)).isEqualTo(5);
    assertThat(weight.at(0.3)).isEqualTo(5);
    assertThat(weight.at(1e6)).isEqualTo(5);
  }

  @Test
  void followsALineOverItsEpochsAndThenStays() {
    Weight rising = new Weight(0, 2, 20);
    Weight falling = new Weight(3, 1, 0.5);

    assertThat(rising.at(0)).isZero();
    assertThat(rising.at(0.5)).isCloseTo(0.05, within(1e-12));
    assertThat(rising.at(15)).isCloseTo(1.5, within(1e-12));
    assertThat(rising.at(20)).isEqualTo(2);
    assertThat(rising.at(21)).isEqualTo(2);
    assertThat(falling.at(0.25)).isEqualTo(2);
    assertThat(falling.at(0.5)).isEqualTo(1);
  }

  @Test
  void refusesWhatIsNoWeight() {
    assertThatThrownBy(() -> Weight.constant(-1)).hasMessageContaining("-1.0");
    assertThatThrownBy(() -> new Weight(0, Double.NaN, 1)).hasMessageContaining("NaN");
    assertThatThrownBy(() -> new Weight(0, 1, Double.POSITIVE_INFINITY))
        .hasMessageContaining("Infinity epochs");
  }

  @Test
  void weighsTheTermsAsTheEpochHasIt() {
    WeightedLoss loss =
        new WeightedLoss(
            List.of(
                new WeightedLoss.Term(new CrossEntropy(), 0.5),
                new WeightedLoss.Term(new KullbackLeibler(4, false), new Weight(0, 8, 4))));
    try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
      NDArray s = manager.create(new float[][] {{1, 2, 3}});
      NDArray t = manager.create(new float[][] {{2, 1, 5}});
      NDArray y = manager.create(new long[] {1});
      for (double epoch : new double[] {0, 0.75, 4, 9}) {
        WeightedLoss.Numbers numbers =
            loss.value(
                    new LossInput(
                        s, Optional.of(TeacherLogits.dense(t)), y, new LossState(epoch, Map.of())))
                .read();

        double expected =
            0.5 * numbers.terms().get("ce") + Math.min(8, 2 * epoch) * numbers.terms().get("kl");
        assertThat(numbers.total()).as("epoch %s", epoch).isCloseTo(expected, within(1e-5));
      }
    }
  }
}
