package io.taustream.ingest.decode;

import org.opencv.core.Core;

/** OpenCV's native library, loaded once a process. */
final class NativeLibrary {
  static {
    nu.pattern.OpenCV.loadLocally();
    // Batches are decoded in parallel; threads inside one image would only fight with them.
    Core.setNumThreads(1);
  }

  private NativeLibrary() {}

  /** Returns when the library is loaded. */
  static void require() {}
}
