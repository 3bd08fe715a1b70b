package io.taustream.student.train;

import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.JniUtils;

/**
 * How many threads libtorch divides one operation among. The number holds for the whole process,
 * but a thread that has computed before keeps its old one, so each thread that computes has to
 * apply it. With a fixed number the results of a run on one machine are the same to the bit.
 *
 * @param count at least 1
 */
public record TorchThreads(int count) {
  public TorchThreads {
    if (count < 1) {
      throw new IllegalArgumentException(count + " threads; at least 1 is needed");
    }
  }

  /** Sets the number for the process and for the calling thread; cheap where it is set already. */
  public void apply() {
    // Loads libtorch if nothing has before.
    Engine.getEngine("PyTorch");
    if (JniUtils.getNumThreads() != count) {
      JniUtils.setNumThreads(count);
    }
  }
}
