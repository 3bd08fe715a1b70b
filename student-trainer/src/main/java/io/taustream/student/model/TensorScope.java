package io.taustream.student.model;

import ai.djl.ndarray.NDArray;
import io.taustream.student.model.Student.NamedTensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A network's tensors as the tree of names that its layers make; each layer sees its own branch.
 */
final class TensorScope {
  private static final TensorScope EMPTY = new TensorScope();

  private final Map<String, NDArray> tensors = new HashMap<>();
  private final Map<String, TensorScope> children = new HashMap<>();

  static TensorScope of(List<NamedTensor> named) {
    TensorScope root = new TensorScope();
    for (NamedTensor tensor : named) {
      root.put(tensor.name(), tensor.tensor());
    }
    return root;
  }

  private void put(String name, NDArray tensor) {
    int dot = name.indexOf('.');
    if (dot < 0) {
      tensors.put(name, tensor);
    } else {
      children
          .computeIfAbsent(name.substring(0, dot), scope -> new TensorScope())
          .put(name.substring(dot + 1), tensor);
    }
  }

  /** The layer's own tensor. */
  NDArray get(String name) {
    NDArray tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException("no tensor " + name + " among " + tensors.keySet());
    }
    return tensor;
  }

  /** What the inner layer of that name sees: nothing, if it keeps no tensors. */
  TensorScope in(String name) {
    return children.getOrDefault(name, EMPTY);
  }
}
