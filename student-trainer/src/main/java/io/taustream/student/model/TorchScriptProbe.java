package io.taustream.student.model;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.taustream.storage.TaustreamException;
import io.taustream.student.model.Student.NamedTensor;

/** Whether a TorchScript module can be a student. */
final class TorchScriptProbe {
  private static final int IMAGES = 2;

  private TorchScriptProbe() {}

  /**
   * Looks at the parameters and tries the module on images of zeros, in evaluation mode, which
   * leaves it as it is.
   *
   * @throws TaustreamException that says what the module lacks
   */
  static void require(TorchScriptStudent student) {
    requireTrainable(student);
    requireLogits(student);
  }

  private static void requireTrainable(TorchScriptStudent student) {
    if (student.parameters().isEmpty()) {
      throw new TaustreamException(
          "Student module %s has no trainable parameter; write it without torch.jit.freeze, with requires_grad set on what is to be trained"
              .formatted(student.name()));
    }
    for (NamedTensor parameter : student.parameters()) {
      if (parameter.tensor().getDataType() != DataType.FLOAT32) {
        throw new TaustreamException(
            "Student module %s has a parameter %s of %s; float32 is trained: call module.float() before it is written"
                .formatted(student.name(), parameter.name(), parameter.tensor().getDataType()));
      }
    }
  }

  private static void requireLogits(TorchScriptStudent student) {
    String name = student.name();
    int classes = student.classes();
    int imageSize = student.imageSize();
    Shape expected = new Shape(IMAGES, classes);
    try (NDManager probe = student.manager().newSubManager()) {
      NDArray images = probe.zeros(new Shape(IMAGES, imageSize, imageSize, 3), DataType.UINT8);
      NDList found = Autograd.pause(() -> student.run(images, false));
      if (found.size() != 1
          || !found.get(0).getShape().equals(expected)
          || found.get(0).getDataType() != DataType.FLOAT32) {
        throw new TaustreamException(
            "Student module %s gives %s for %d images of %d x %d pixels; one tensor float32 %s is expected: N x classes, with data.classes %d"
                .formatted(
                    name, described(found), IMAGES, imageSize, imageSize, expected, classes));
      }
    } catch (EngineException | UnsupportedOperationException e) {
      throw new TaustreamException(
          "Student module %s cannot take %d images, float32 (%d, 3, %d, %d), or gives no tensor: %s; its forward must take such a tensor and give the logits, and view.size must be the size that it is made for"
              .formatted(name, IMAGES, IMAGES, imageSize, imageSize, reason(e)),
          e);
    }
  }

  private static String described(NDList found) {
    return found.size() == 1
        ? found.get(0).getDataType() + " " + found.get(0).getShape()
        : found.size() + " tensors";
  }

  /** What libtorch says of an error, without the stack that it adds. */
  static String reason(RuntimeException error) {
    String message = String.valueOf(error.getMessage()).strip();
    // A failure inside a module begins with where in its code it was; the reason comes last.
    return message.contains("Traceback of TorchScript")
        ? message.substring(message.lastIndexOf('\n') + 1).strip()
        : message.lines().findFirst().orElse("");
  }
}
