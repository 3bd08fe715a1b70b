package io.taustream.storage.label;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Takes bytes, one piece behind the other. */
interface ByteSink {
  /** Takes all that is left in the buffer. */
  void write(ByteBuffer bytes) throws IOException;

  /** What writes one buffer of a record batch. */
  interface Source {
    void writeTo(ByteSink sink) throws IOException;
  }
}
