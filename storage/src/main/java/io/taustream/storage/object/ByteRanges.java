package io.taustream.storage.object;

import io.taustream.storage.TaustreamException;

/** What both stores check of a ranged read. */
final class ByteRanges {
  private ByteRanges() {}

  static void check(long offset, long length) {
    if (offset < 0 || length < 0 || offset > Long.MAX_VALUE - length) {
      throw new IllegalArgumentException(
          "range: offset " + offset + ", length " + length + "; both from 0");
    }
  }

  static TaustreamException tooShort(ObjectUri uri, long end, long size) {
    return new TaustreamException(
        uri
            + " ends at byte "
            + size
            + ", but bytes up to "
            + end
            + " were expected; it may have"
            + " been replaced or cut short");
  }
}
