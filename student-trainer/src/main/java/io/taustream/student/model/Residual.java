package io.taustream.student.model;

import ai.djl.ndarray.NDArray;
import java.util.List;
import java.util.stream.Stream;

/**
 * y = body(x) + shortcut(x) (He et al., arXiv 1512.03385). The body's tensors keep their names, the
 * shortcut's lie under {@code shortcut}.
 */
record Residual(Layer body, Layer shortcut) implements Layer {
  private static final String SHORTCUT = "shortcut";

  @Override
  public FeatureShape output(FeatureShape input) {
    FeatureShape output = body.output(input);
    if (!output.equals(shortcut.output(input))) {
      throw new IllegalArgumentException(
          "the body gives %s, the shortcut %s".formatted(output, shortcut.output(input)));
    }
    return output;
  }

  @Override
  public List<TensorSpec> tensors() {
    return Stream.concat(
            body.tensors().stream(), shortcut.tensors().stream().map(spec -> spec.in(SHORTCUT)))
        .toList();
  }

  @Override
  public long multiplyAdds(FeatureShape input) {
    return body.multiplyAdds(input) + shortcut.multiplyAdds(input);
  }

  @Override
  public NDArray forward(NDArray input, TensorScope tensors, boolean training) {
    NDArray residue = body.forward(input, tensors, training);
    NDArray kept = shortcut.forward(input, tensors.in(SHORTCUT), training);
    NDArray sum = residue.add(kept);
    Torch.closeUnless(residue, input);
    Torch.closeUnless(kept, input);
    return sum;
  }

  @Override
  public String export(GraphWriter graph, String path, String input) {
    String residue = body.export(graph, path, input);
    String kept = shortcut.export(graph, path + "." + SHORTCUT, input);
    return graph.node("Add", path + ".add", List.of(residue, kept));
  }
}
