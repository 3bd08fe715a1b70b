package io.taustream.student.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class RestMassTest {
  private static final double[] UNSORTED = {4, 1, 8, 2};

  private static double logSumExp(double[] r, double beta) {
    double largest = Arrays.stream(r).max().orElseThrow() * beta;
    return largest + Math.log(Arrays.stream(r).map(x -> Math.exp(beta * x - largest)).sum());
  }

  private static RestMass mass(NDManager manager, double[] r, double[] temperatures) {
    double[] stored = Arrays.stream(temperatures).map(t -> logSumExp(r, 1 / t)).toArray();
    return RestMass.of(
        manager.create(stored, new Shape(1, stored.length)),
        manager.create(new double[] {Arrays.stream(r).average().orElseThrow(), 7}, new Shape(1, 2)),
        temperatures,
        r.length);
  }

  private static double at(RestMass mass, NDManager manager, double beta) {
    return mass.at(manager.create(beta)).toDoubleArray()[0];
  }

  @Property(tries = 50)
  void isExactWhereItIsStoredAndAnUpperBoundBetween(
      @ForAll Random random, @ForAll @IntRange(min = 1, max = 30) int n) {
    double[] r = random.doubles(n, -6, 6).toArray();
    try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
      RestMass mass = mass(manager, r, UNSORTED);

      assertThat(at(mass, manager, 0)).isCloseTo(Math.log(n), within(1e-12));
      for (double temperature : UNSORTED) {
        assertThat(at(mass, manager, 1 / temperature))
            .isCloseTo(logSumExp(r, 1 / temperature), within(1e-12));
      }
      for (double beta : random.doubles(20, 0, 1).toArray()) {
        assertThat(at(mass, manager, beta)).isGreaterThan(logSumExp(r, beta) - 1e-12);
      }
      assertThat(at(mass, manager, 2)).isLessThan(logSumExp(r, 2) + 1e-12);
    }
  }

  @Property(tries = 20)
  void isExactEverywhereForOneClassAndForEqualLogits(
      @ForAll Random random, @ForAll @IntRange(min = 1, max = 5) int n) {
    double[] r = new double[n];
    Arrays.fill(r, 10 * random.nextDouble());
    try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
      RestMass mass = mass(manager, r, UNSORTED);

      for (double beta : new double[] {0.01, 0.3, 0.9, 3}) {
        assertThat(at(mass, manager, beta)).isCloseTo(logSumExp(r, beta), within(1e-12));
      }
    }
  }

  @Test
  void aSingleStoredTemperatureWillDo() {
    double[] r = {1, 2, 4};
    try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
      RestMass mass = mass(manager, r, new double[] {4});

      assertThat(at(mass, manager, 0.25)).isCloseTo(logSumExp(r, 0.25), within(1e-12));
      assertThat(at(mass, manager, 0.5))
          .isCloseTo(2 * logSumExp(r, 0.25) - Math.log(3), within(1e-12));
    }
  }

  @Property(tries = 20)
  void aboutACentreItIsThatOfTheShiftedLogits(
      @ForAll Random random, @ForAll @IntRange(min = 1, max = 9) int n) {
    double[] r = random.doubles(n, -6, 6).toArray();
    double[] shifted = Arrays.stream(r).map(x -> x - 2.5).toArray();
    try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
      RestMass about =
          mass(manager, r, UNSORTED).about(manager.create(new double[] {2.5}, new Shape(1, 1)));
      RestMass expected = mass(manager, shifted, UNSORTED);

      for (double beta : new double[] {0, 0.01, 0.3, 0.9, 3}) {
        assertThat(at(about, manager, beta)).isCloseTo(at(expected, manager, beta), within(1e-9));
      }
      assertThat(about.mean().toDoubleArray()[0])
          .isCloseTo(expected.mean().toDoubleArray()[0], within(1e-9));
      assertThat(about.variance().toDoubleArray()).isEqualTo(expected.variance().toDoubleArray());
    }
  }
}
