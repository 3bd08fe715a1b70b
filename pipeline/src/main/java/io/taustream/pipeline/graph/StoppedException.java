package io.taustream.pipeline.graph;

/** Ends a flow because the process was asked to stop; whoever started the flow catches it. */
final class StoppedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  StoppedException() {
    super("asked to stop", null, false, false);
  }
}
