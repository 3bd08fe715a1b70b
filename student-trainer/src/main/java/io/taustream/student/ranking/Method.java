package io.taustream.student.ranking;

/** How the pairs of a row are gone through. */
public enum Method {
  /** Whichever is faster for the number of pairs. */
  FASTEST {
    @Override
    RowKernel kernel(Agreement agreement, int classes, double pairs) {
      // As many pairs as a channel has on average among so many classes without ties.
      double effective = 2 * pairs / classes + 1;
      boolean merges =
          agreement.separation().filter(split -> effective >= split.worthFrom()).isPresent();
      return (merges ? MERGED : PAIRWISE).kernel(agreement, classes, pairs);
    }
  },
  /** One by one, in O(C²): every agreement. */
  PAIRWISE {
    @Override
    RowKernel kernel(Agreement agreement, int classes, double pairs) {
      return new PairwiseKernel(agreement);
    }
  },
  /** In O(C · log C): agreements that have a {@link Separation}. */
  MERGED {
    @Override
    RowKernel kernel(Agreement agreement, int classes, double pairs) {
      Separation separation =
          agreement
              .separation()
              .orElseThrow(
                  () -> new IllegalArgumentException(agreement + " is no sum of exponentials"));
      return new MergeKernel(agreement, separation, classes);
    }
  };

  /**
   * @param pairs of a row that the teacher does not tie
   */
  abstract RowKernel kernel(Agreement agreement, int classes, double pairs);
}
