package io.taustream.student.ranking;

/** How the pairs of a row are gone through. */
public enum Method {
  /** Whichever is faster at the number of classes. */
  FASTEST {
    @Override
    RowKernel kernel(Agreement agreement, int classes) {
      boolean merges =
          agreement.separation().filter(split -> classes >= split.worthFrom()).isPresent();
      return (merges ? MERGED : PAIRWISE).kernel(agreement, classes);
    }
  },
  /** One by one, in O(C²): every agreement. */
  PAIRWISE {
    @Override
    RowKernel kernel(Agreement agreement, int classes) {
      return new PairwiseKernel(agreement);
    }
  },
  /** In O(C · log C): agreements that have a {@link Separation}. */
  MERGED {
    @Override
    RowKernel kernel(Agreement agreement, int classes) {
      Separation separation =
          agreement
              .separation()
              .orElseThrow(
                  () -> new IllegalArgumentException(agreement + " is no sum of exponentials"));
      return new MergeKernel(agreement, separation, classes);
    }
  };

  abstract RowKernel kernel(Agreement agreement, int classes);
}
