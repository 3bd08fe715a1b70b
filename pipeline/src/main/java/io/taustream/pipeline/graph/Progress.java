package io.taustream.pipeline.graph;

/** Tells a person how far long work is. */
@FunctionalInterface
public interface Progress {
  /**
   * Long work begins.
   *
   * @param what its name, a few words
   * @param images how many images it will take, as far as that is known
   */
  Task begin(String what, long images);

  /** Work that is under way; closed when it ends, whether it succeeded or not. */
  interface Task extends AutoCloseable {
    /** So many more images are done. Called from any thread, one at a time. */
    void advance(long images);

    @Override
    void close();
  }

  /** Tells nobody. */
  static Progress silent() {
    return (what, images) ->
        new Task() {
          @Override
          public void advance(long done) {}

          @Override
          public void close() {}
        };
  }
}
