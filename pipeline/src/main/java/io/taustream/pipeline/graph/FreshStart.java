package io.taustream.pipeline.graph;

import java.util.ArrayList;
import java.util.List;

/**
 * Removes what the runs of a comparison have left: of all of them, or of none where another process
 * works on one. Blocking.
 */
final class FreshStart {
  private final List<ComparedConfig> candidates;
  private final List<Long> seeds;

  FreshStart(List<ComparedConfig> candidates, List<Long> seeds) {
    this.candidates = List.copyOf(candidates);
    this.seeds = List.copyOf(seeds);
  }

  /**
   * Takes every folder, then clears them.
   *
   * @throws RunHeldException if another process works on one of the runs; nothing is removed then
   */
  void run() {
    open(0, new ArrayList<>());
  }

  /** One configuration after another is opened, and stays so until all is cleared. */
  private void open(int next, List<RunFolder> folders) {
    if (next == candidates.size()) {
      clear(0, folders);
      return;
    }
    ComparedConfig candidate = candidates.get(next);
    try (Resources resources = new Resources(candidate.config())) {
      for (long seed : seeds) {
        folders.add(RunFolder.of(candidate.withSeed(seed), resources));
      }
      open(next + 1, folders);
    }
  }

  /** Likewise the folders are held. */
  @SuppressWarnings("try") // the folder is held, and nothing asked of the hold
  private static void clear(int next, List<RunFolder> folders) {
    if (next == folders.size()) {
      folders.forEach(RunFolder::clear);
      return;
    }
    try (RunFolder.Hold hold = folders.get(next).hold()) {
      clear(next + 1, folders);
    }
  }
}
