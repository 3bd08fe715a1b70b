package io.taustream.student.model;

import ai.djl.engine.Engine;

/**
 * DJL's PyTorch engine. Whatever needs the engine takes it here, so that these settings are made
 * before DJL reads them; they stay as they are where the user has set them.
 *
 * <p>{@code ai.djl.offline=true}: without it DJL asks the EC2 metadata service where it runs and
 * reports to its makers, and downloads libtorch if the class path lacks it. libtorch comes from the
 * class path and is unpacked once to {@code DJL_CACHE_DIR}, by default {@code ~/.djl.ai} (about 430
 * MB), or is the one that {@code PYTORCH_LIBRARY_PATH} names.
 */
public final class TorchEngine {
  private static final String OFFLINE = "ai.djl.offline";

  private TorchEngine() {}

  /**
   * Loads libtorch on the first call. On the thread that does so, and on no other, DJL switches off
   * the recording of gradients.
   *
   * @throws ai.djl.engine.EngineException if libtorch cannot be loaded
   */
  public static Engine get() {
    if (System.getProperty(OFFLINE) == null && System.getenv("DJL_OFFLINE") == null) {
      System.setProperty(OFFLINE, "true");
    }
    return Engine.getEngine("PyTorch");
  }
}
