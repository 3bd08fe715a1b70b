package io.taustream.student.optimizer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import io.taustream.student.model.Autograd;
import io.taustream.student.model.Student;
import io.taustream.student.model.Student.NamedTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Stochastic gradient descent with momentum m, weight decay λ and optionally Nesterov's look-ahead,
 * as PyTorch's {@code SGD} with dampening 0 has it (Sutskever et al., ICML 2013):
 *
 * <p>g ← ∂L/∂w + λ·w; v ← m·v + g (v begins at zero); w ← w − η·(g + m·v) with Nesterov, else w ← w
 * − η·v. Without momentum w ← w − η·g and there is no state.
 *
 * <p>Decay applies to every parameter, those of batch normalisation too, as in the literature's
 * recipes. Gradients serve as scratch memory, so that an update makes one temporary of a
 * parameter's size at a time.
 */
public final class Sgd implements Optimizer {
  private final Settings settings;
  private final NDManager manager;
  private final List<NamedTensor> parameters;
  private final List<NamedTensor> velocities = new ArrayList<>();

  /** Starts with zero velocities on the student's device. */
  public Sgd(Student student, Settings settings) {
    this(student, List.of(), settings);
  }

  /**
   * The same, for parameters beside the student's.
   *
   * @param learned what a loss learns, of the data type of the student's parameters; updated and
   *     decayed like them
   */
  public Sgd(Student student, List<NamedTensor> learned, Settings settings) {
    this(
        student.manager(),
        Stream.concat(student.parameters().stream(), learned.stream()).toList(),
        settings);
  }

  Sgd(NDManager parent, List<NamedTensor> parameters, Settings settings) {
    this.settings = settings;
    this.parameters = List.copyOf(parameters);
    manager = parent.newSubManager();
    if (settings.momentum() > 0) {
      for (NamedTensor parameter : this.parameters) {
        NDArray w = parameter.tensor();
        NDArray v = manager.zeros(w.getShape(), w.getDataType());
        velocities.add(new NamedTensor("velocity." + parameter.name(), v));
      }
    }
  }

  @Override
  public void update(double learningRate) {
    Autograd.pause(
        () -> {
          try (NDManager step = manager.newSubManager()) {
            // All parameters have one data type.
            DataType type = parameters.get(0).tensor().getDataType();
            NDArray eta = scalar(step, learningRate, type);
            NDArray m = scalar(step, settings.momentum(), type);
            NDArray lambda = scalar(step, settings.weightDecay(), type);
            for (int i = 0; i < parameters.size(); i++) {
              NDArray w = parameters.get(i).tensor();
              try (NDArray g = w.getGradient()) {
                if (settings.weightDecay() > 0) {
                  addProduct(g, w, lambda);
                }
                if (settings.momentum() > 0) {
                  descend(w, g, velocities.get(i).tensor(), m, eta);
                } else {
                  w.subi(g.muli(eta));
                }
              }
            }
            return null;
          }
        });
  }

  private void descend(NDArray w, NDArray g, NDArray v, NDArray m, NDArray eta) {
    v.muli(m).addi(g);
    if (settings.nesterov()) {
      addProduct(g, v, m);
      w.subi(g.muli(eta));
    } else {
      try (NDArray change = v.mul(eta)) {
        w.subi(change);
      }
    }
  }

  private static void addProduct(NDArray sum, NDArray x, NDArray factor) {
    try (NDArray product = x.mul(factor)) {
      sum.addi(product);
    }
  }

  private static NDArray scalar(NDManager step, double value, DataType type) {
    return type == DataType.FLOAT64 ? step.create(value) : step.create((float) value);
  }

  @Override
  public List<NamedTensor> state() {
    return List.copyOf(velocities);
  }

  @Override
  public void close() {
    manager.close();
  }

  /**
   * The constants of the update.
   *
   * @param momentum m, in [0, 1)
   * @param weightDecay λ, zero or above
   * @param nesterov needs momentum above zero
   */
  public record Settings(double momentum, double weightDecay, boolean nesterov) {
    public Settings {
      if (!(momentum >= 0 && momentum < 1)) {
        throw new IllegalArgumentException("momentum " + momentum + " is not in [0, 1)");
      }
      if (!(weightDecay >= 0) || Double.isInfinite(weightDecay)) {
        throw new IllegalArgumentException("weight decay " + weightDecay + " is below zero");
      }
      if (nesterov && momentum == 0) {
        throw new IllegalArgumentException("nesterov needs a momentum above zero");
      }
    }
  }
}
