package io.taustream.ingest.format;

/**
 * Keys for formats that have none: the ordinal with leading zeros, so that keys sort as ordinals.
 */
record OrdinalKey(int digits) {
  /** Keys for the ordinals below {@code count}. */
  static OrdinalKey upTo(long count) {
    return new OrdinalKey(Long.toString(Math.max(0, count - 1)).length());
  }

  String of(int ordinal) {
    String number = Integer.toString(ordinal);
    return "0".repeat(Math.max(0, digits - number.length())) + number;
  }
}
