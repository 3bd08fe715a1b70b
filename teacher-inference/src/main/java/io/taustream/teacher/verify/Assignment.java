package io.taustream.teacher.verify;

import java.util.Arrays;

/**
 * The one-to-one assignment of rows to columns with the largest sum (Kuhn 1955, Munkres 1957), by
 * shortest augmenting paths with potentials, in O(n³).
 */
final class Assignment {
  private static final int NONE = -1;

  private Assignment() {}

  /**
   * Solves it.
   *
   * @param weights n × n, finite
   * @return the column of each row
   */
  static int[] best(double[][] weights) {
    int n = weights.length;
    double[] rowPotential = new double[n];
    double[] columnPotential = new double[n];
    int[] rowOf = new int[n];
    Arrays.fill(rowOf, NONE);
    for (int row = 0; row < n; row++) {
      augment(row, weights, rowPotential, columnPotential, rowOf);
    }
    int[] columnOf = new int[n];
    for (int column = 0; column < n; column++) {
      columnOf[rowOf[column]] = column;
    }
    return columnOf;
  }

  /** Finds a place for one more row and moves those that are in its way, at the least loss. */
  private static void augment(
      int row, double[][] weights, double[] rowPotential, double[] columnPotential, int[] rowOf) {
    int n = weights.length;
    double[] distance = new double[n];
    Arrays.fill(distance, Double.POSITIVE_INFINITY);
    int[] before = new int[n];
    boolean[] done = new boolean[n];
    int column = NONE;
    int from = row;
    double length = 0;
    do {
      int nearest = NONE;
      for (int c = 0; c < n; c++) {
        if (done[c]) {
          continue;
        }
        double reached = length - weights[from][c] - rowPotential[from] - columnPotential[c];
        if (reached < distance[c]) {
          distance[c] = reached;
          before[c] = column;
        }
        if (nearest == NONE || distance[c] < distance[nearest]) {
          nearest = c;
        }
      }
      column = nearest;
      length = distance[column];
      done[column] = true;
      from = rowOf[column];
    } while (from != NONE);
    rowPotential[row] += length;
    for (int c = 0; c < n; c++) {
      if (done[c] && c != column) {
        rowPotential[rowOf[c]] += length - distance[c];
        columnPotential[c] -= length - distance[c];
      }
    }
    while (column != NONE) {
      int previous = before[column];
      rowOf[column] = previous == NONE ? row : rowOf[previous];
      column = previous;
    }
  }
}
