package io.taustream.pipeline.graph;

import io.taustream.storage.label.LabelFile;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which stored rows are looked at: a pure function of a seed. Rows are spread over cells, each one
 * view of one shard, as evenly as can be; within a cell they are drawn. Not thread-safe.
 */
final class RowChoice {
  private final Random random;

  RowChoice(long seed) {
    this.random = new Random(seed);
  }

  /**
   * How many rows each of some cells gives.
   *
   * @param rows in all
   * @return for each cell a share of the rows that differs by at most 1 from any other's
   */
  List<Integer> shares(int rows, int cells) {
    List<Integer> shares = new ArrayList<>(cells);
    for (int i = 0; i < cells; i++) {
      shares.add(rows / cells + (i < rows % cells ? 1 : 0));
    }
    Collections.shuffle(shares, random);
    return shares;
  }

  /**
   * Ordinals of labelled samples of a file.
   *
   * @param count how many; all where there are fewer
   * @param batch samples that a teacher is fed at once
   * @return rising ordinals, by the number of the batch that they are in
   */
  SortedMap<Integer, Set<Integer>> ordinals(LabelFile file, int count, int batch) {
    SortedMap<Integer, Set<Integer>> chosen = new TreeMap<>();
    int wanted = Math.min(count, file.metadata().rowsPerView());
    for (int found = 0; found < wanted; ) {
      int ordinal = random.nextInt(file.samples());
      // A sample without an image, or one drawn before, gives its place to the next.
      while (!file.has(ordinal)
          || !chosen.computeIfAbsent(ordinal / batch, b -> new TreeSet<>()).add(ordinal)) {
        ordinal = (ordinal + 1) % file.samples();
      }
      found++;
    }
    return chosen;
  }
}
