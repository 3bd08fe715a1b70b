package io.taustream.storage.label;

/** Where a record batch lies in its file: its message, prefix included, and behind it its body. */
record LabelBlock(long offset, int metadataLength, long bodyLength) {
  long length() {
    return metadataLength + bodyLength;
  }

  long end() {
    return offset + length();
  }
}
