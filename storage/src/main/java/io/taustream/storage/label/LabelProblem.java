package io.taustream.storage.label;

/**
 * Something wrong with a label file.
 *
 * @param file the file as it was opened, its path or URI
 * @param batch the record batch, from 0; −1 if it is not one batch's
 * @param row the row in the batch, from 0; −1 if it is not one row's
 * @param what in words
 */
public record LabelProblem(String file, int batch, int row, String what) {
  @Override
  public String toString() {
    String place = batch < 0 ? "" : ", batch " + batch + (row < 0 ? "" : ", row " + row);
    return file + place + ": " + what;
  }
}
