package io.taustream.student.optimizer;

import java.util.List;

/**
 * The learning rate over training: a pure function of the fractional epoch, so that a resumed run
 * goes on with the same rates and the number of steps in an epoch need not be known in advance.
 */
public sealed interface Schedule {
  /** The share of the peak rate that a warm-up begins at. */
  double WARMUP_START = 0.01;

  /**
   * The learning rate.
   *
   * @param epoch epochs trained so far, from 0; 1.5 is the middle of the second epoch
   */
  double learningRate(double epoch);

  /**
   * The fractional epoch after some samples of an epoch.
   *
   * @param epoch the epoch, from 0
   * @param samples samples trained on in this epoch
   * @param total samples in the epoch, or a guess of it; zero or below where nothing is known
   * @return within [epoch, epoch + 1], also where the guess was low
   */
  static double fractionalEpoch(int epoch, long samples, long total) {
    return total <= 0 ? epoch : epoch + Math.min(1, samples / (double) total);
  }

  /**
   * The peak rate, times {@code factor} at every milestone passed, after a linear warm-up.
   *
   * @param peak η, above zero
   * @param at milestones in epochs, rising
   * @param factor within (0, 1]
   * @param warmupEpochs zero or above
   */
  record Step(double peak, List<Double> at, double factor, double warmupEpochs)
      implements Schedule {
    public Step {
      at = List.copyOf(at);
      checkPeak(peak, warmupEpochs);
      if (!(factor > 0 && factor <= 1)) {
        throw new IllegalArgumentException("factor " + factor + " is not in (0, 1]");
      }
      for (int i = 1; i < at.size(); i++) {
        if (at.get(i) <= at.get(i - 1)) {
          throw new IllegalArgumentException("milestones " + at + " do not rise");
        }
      }
    }

    @Override
    public double learningRate(double epoch) {
      double passed = (double) at.stream().filter(milestone -> milestone <= epoch).count();
      return peak * Math.pow(factor, passed) * warmup(epoch, warmupEpochs);
    }
  }

  /**
   * Half a cosine from the peak rate at the end of a linear warm-up to zero at the end of training
   * (Loshchilov and Hutter, arXiv 1608.03983, without restarts).
   *
   * @param peak η, above zero
   * @param epochs the length of training, above {@code warmupEpochs}
   * @param warmupEpochs zero or above
   */
  record Cosine(double peak, double epochs, double warmupEpochs) implements Schedule {
    public Cosine {
      checkPeak(peak, warmupEpochs);
      if (!(epochs > warmupEpochs)) {
        throw new IllegalArgumentException(
            epochs + " epochs are not more than " + warmupEpochs + " of warm-up");
      }
    }

    @Override
    public double learningRate(double epoch) {
      double progress = (epoch - warmupEpochs) / (epochs - warmupEpochs);
      double cosine = Math.cos(Math.PI * Math.max(0, Math.min(1, progress)));
      return peak * (1 + cosine) / 2 * warmup(epoch, warmupEpochs);
    }
  }

  private static double warmup(double epoch, double warmupEpochs) {
    return epoch >= warmupEpochs ? 1 : WARMUP_START + (1 - WARMUP_START) * epoch / warmupEpochs;
  }

  private static void checkPeak(double peak, double warmupEpochs) {
    if (!(peak > 0) || Double.isInfinite(peak)) {
      throw new IllegalArgumentException("learning rate " + peak + " is not above zero");
    }
    if (!(warmupEpochs >= 0) || Double.isInfinite(warmupEpochs)) {
      throw new IllegalArgumentException("warm-up of " + warmupEpochs + " epochs is below zero");
    }
  }
}
