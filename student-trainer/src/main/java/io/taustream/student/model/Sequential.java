package io.taustream.student.model;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;

/** Layers one after another, each under its own name. */
record Sequential(List<Step> steps) implements Layer {
  /** A layer and its name: no dots, unique among its neighbours. */
  record Step(String name, Layer layer) {}

  Sequential {
    steps = List.copyOf(steps);
    if (steps.stream().map(Step::name).distinct().count() != steps.size()) {
      throw new IllegalArgumentException("two of these have one name: " + steps);
    }
  }

  static Builder builder() {
    return new Builder();
  }

  @Override
  public FeatureShape output(FeatureShape input) {
    FeatureShape shape = input;
    for (Step step : steps) {
      shape = step.layer.output(shape);
    }
    return shape;
  }

  @Override
  public List<TensorSpec> tensors() {
    return steps.stream()
        .flatMap(step -> step.layer.tensors().stream().map(spec -> spec.in(step.name)))
        .toList();
  }

  @Override
  public long multiplyAdds(FeatureShape input) {
    FeatureShape shape = input;
    long sum = 0;
    for (Step step : steps) {
      sum += step.layer.multiplyAdds(shape);
      shape = step.layer.output(shape);
    }
    return sum;
  }

  @Override
  public NDArray forward(NDArray input, TensorScope tensors, boolean training) {
    NDArray value = input;
    for (Step step : steps) {
      NDArray next = step.layer.forward(value, tensors.in(step.name), training);
      if (next != value) {
        // What backward needs of it libtorch holds itself; the rest is free for the next layer.
        Torch.closeUnless(value, input);
      }
      value = next;
    }
    return value;
  }

  @Override
  public String export(GraphWriter graph, String path, String input) {
    String value = input;
    for (Step step : steps) {
      String inner = path.isEmpty() ? step.name : path + "." + step.name;
      value = step.layer.export(graph, inner, value);
    }
    return value;
  }

  /** Collects steps in order. */
  static final class Builder {
    private final List<Step> steps = new ArrayList<>();

    Builder add(String name, Layer layer) {
      steps.add(new Step(name, layer));
      return this;
    }

    Sequential build() {
      return new Sequential(steps);
    }
  }
}
