package io.taustream.pipeline.config;

/**
 * Section {@code threads}: how the cores are divided. Backpressure lets teacher and student take
 * turns, so by default each may use every core; decoding keeps half of them busy at most.
 *
 * @param decode threads that decode images and make views (default half of the cores, rounded up)
 * @param teacher threads of ONNX Runtime within one inference (default the cores)
 * @param student threads of libtorch within one operation (default the cores)
 */
public record ThreadsConfig(int decode, int teacher, int student) {
  private static final int MOST = 1024;

  public ThreadsConfig {
    Rules.between("decode", decode, 1, MOST);
    Rules.between("teacher", teacher, 1, MOST);
    Rules.between("student", student, 1, MOST);
  }

  /** The division for a machine with this many cores, from 1. */
  public static ThreadsConfig of(int cores) {
    int used = Math.min(cores, MOST);
    return new ThreadsConfig((used + 1) / 2, used, used);
  }
}
