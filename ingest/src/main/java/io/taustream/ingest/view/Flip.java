package io.taustream.ingest.view;

import io.taustream.ingest.decode.RgbImage;

/** Turns pixels left to right, in place. */
final class Flip {
  private Flip() {}

  /** One row of RGB pixels. */
  static void leftToRight(byte[] row) {
    for (int a = 0, b = row.length - RgbImage.CHANNELS;
        a < b;
        a += RgbImage.CHANNELS, b -= RgbImage.CHANNELS) {
      for (int c = 0; c < RgbImage.CHANNELS; c++) {
        byte swap = row[a + c];
        row[a + c] = row[b + c];
        row[b + c] = swap;
      }
    }
  }
}
