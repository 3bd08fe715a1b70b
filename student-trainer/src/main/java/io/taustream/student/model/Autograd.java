package io.taustream.student.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.function.Supplier;

/**
 * Whether libtorch records what a thread computes for a backward pass. Libtorch keeps this switch
 * by thread, and a new thread starts with recording on. All methods act on the calling thread.
 *
 * <p>DJL's own gradient collector can be open only once in a process; this has no such limit, so
 * that several students may train side by side.
 */
public final class Autograd {
  private Autograd() {}

  /** Records what {@code work} computes from tensors that need a gradient. */
  public static <T> T record(Supplier<T> work) {
    return switched(true, work);
  }

  /**
   * Runs {@code work} without keeping a graph; it may change tensors that need a gradient in place.
   */
  public static <T> T pause(Supplier<T> work) {
    return switched(false, work);
  }

  /** As {@link #pause(Supplier)}, for what has no result. */
  public static void pause(Runnable work) {
    switched(
        false,
        () -> {
          work.run();
          return null;
        });
  }

  /**
   * Adds the gradient of {@code scalar} to that of every tensor that it was computed from and that
   * needs one, and frees the graph.
   */
  public static void backward(NDArray scalar) {
    NDManager manager = scalar.getManager();
    try (NDArray one = manager.ones(scalar.getShape(), scalar.getDataType())) {
      JniUtils.backward((PtNDArray) scalar, (PtNDArray) one, false, false);
    }
  }

  private static <T> T switched(boolean recording, Supplier<T> work) {
    boolean before = JniUtils.isGradMode();
    JniUtils.setGradMode(recording);
    try {
      return work.get();
    } finally {
      JniUtils.setGradMode(before);
    }
  }
}
