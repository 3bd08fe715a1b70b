package io.taustream.teacher.verify;

import java.util.Arrays;
import java.util.function.IntToDoubleFunction;

/**
 * The one-to-one assignment of rows to columns with the largest sum (Kuhn 1955, Munkres 1957), by
 * shortest augmenting paths with potentials, in O(rows² · columns). Not thread-safe.
 */
final class Assignment {
  private static final int NONE = -1;

  private final double[][] weights;
  private final int columns;
  private final double[] rowPotential;
  private final double[] columnPotential;
  private final int[] rowOf;

  /**
   * Solves it.
   *
   * @param weights rows × columns, finite; at least one row, and no more of them than columns
   */
  Assignment(double[][] weights) {
    this.weights = weights;
    this.columns = weights[0].length;
    if (weights.length > columns) {
      throw new IllegalArgumentException(
          "%d rows have no column each among %d".formatted(weights.length, columns));
    }
    this.rowPotential = new double[weights.length];
    this.columnPotential = new double[columns];
    this.rowOf = new int[columns];
    Arrays.fill(rowOf, NONE);
    for (int row = 0; row < weights.length; row++) {
      insert(row);
    }
  }

  /** The column of each row. */
  int[] columns() {
    return columnsOf(rowOf);
  }

  private int[] columnsOf(int[] rows) {
    int[] columnOf = new int[weights.length];
    for (int column = 0; column < columns; column++) {
      if (rows[column] != NONE) {
        columnOf[rows[column]] = column;
      }
    }
    return columnOf;
  }

  /** Finds a place for one more row and moves those that are in its way, at the least loss. */
  private void insert(int row) {
    Paths paths = new Paths();
    int column = NONE;
    int from = row;
    double length = 0;
    do {
      paths.reach(from, length, column, NONE);
      column = paths.nearest();
      length = paths.distance[column];
      paths.done[column] = true;
      from = rowOf[column];
    } while (from != NONE);
    rowPotential[row] += length;
    for (int c = 0; c < columns; c++) {
      if (paths.done[c] && c != column) {
        rowPotential[rowOf[c]] += length - paths.distance[c];
        columnPotential[c] -= length - paths.distance[c];
      }
    }
    paths.follow(column, row, rowOf);
  }

  /**
   * The best of the assignments that do not have a row where this one has it. There must be two
   * columns.
   *
   * @return the column of each row
   */
  int[] without(int row) {
    int own = columns()[row];
    Paths paths = new Paths();
    paths.reach(row, 0, NONE, own);
    boolean spare = false;
    for (int column = paths.nearest(); column != own; column = paths.nearest()) {
      paths.done[column] = true;
      double length = paths.distance[column];
      if (rowOf[column] != NONE) {
        paths.reach(rowOf[column], length, column, NONE);
      } else if (!spare) {
        // As if a row without weights had this column: it can have any other as well.
        spare = true;
        paths.reach(c -> length - columnPotential[c], column, NONE);
      }
    }
    int[] rows = rowOf.clone();
    rows[own] = NONE;
    paths.follow(own, row, rows);
    return columnsOf(rows);
  }

  /** The shortest ways from a row to the columns, found nearest first (Dijkstra 1959). */
  private final class Paths {
    private final double[] distance = new double[columns];
    private final int[] before = new int[columns];
    private final boolean[] done = new boolean[columns];

    private Paths() {
      Arrays.fill(distance, Double.POSITIVE_INFINITY);
    }

    /**
     * @param row reached at {@code length} by way of the column {@code by}
     * @param forbidden a column that it may not have
     */
    private void reach(int row, double length, int by, int forbidden) {
      double base = length - rowPotential[row];
      reach(c -> base - weights[row][c] - columnPotential[c], by, forbidden);
    }

    private void reach(IntToDoubleFunction length, int by, int forbidden) {
      for (int c = 0; c < columns; c++) {
        if (!done[c] && c != forbidden) {
          double reached = length.applyAsDouble(c);
          if (reached < distance[c]) {
            distance[c] = reached;
            before[c] = by;
          }
        }
      }
    }

    /** The nearest column that is not done, or {@link #NONE} where none is in reach. */
    private int nearest() {
      int nearest = NONE;
      for (int c = 0; c < columns; c++) {
        if (!done[c]
            && distance[c] < Double.POSITIVE_INFINITY
            && (nearest == NONE || distance[c] < distance[nearest])) {
          nearest = c;
        }
      }
      return nearest;
    }

    /** Gives each row on the way to {@code end} the next column. */
    private void follow(int end, int start, int[] rows) {
      int column = end;
      while (column != NONE) {
        int previous = before[column];
        rows[column] = previous == NONE ? start : rows[previous];
        column = previous;
      }
    }
  }
}
