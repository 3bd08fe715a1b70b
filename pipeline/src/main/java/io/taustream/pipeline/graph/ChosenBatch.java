package io.taustream.pipeline.graph;

import io.taustream.ingest.view.ViewSpec;
import io.taustream.pipeline.config.TeacherConfig;
import io.taustream.teacher.speed.BatchSearch;
import java.time.Duration;
import org.apache.arrow.memory.BufferAllocator;

/**
 * How many images a teacher labels at once: what the configuration says, or what {@link
 * BatchSearch} finds. It is settled, and the teacher warmed up, when the first shard is to be
 * labelled: where all labels are there, none of that is done. Thread-safe.
 */
final class ChosenBatch {
  /** Larger batches gain nothing and keep the student waiting. */
  private static final int LARGEST_SEARCHED = 4096;

  private static final Duration SEARCH_TIME = Duration.ofSeconds(20);

  private final TeacherConfig config;
  private final MeteredTeacher teacher;
  private final BufferAllocator allocator;
  private int chosen;

  /**
   * @param allocator for the images of the search
   */
  ChosenBatch(TeacherConfig config, MeteredTeacher teacher, BufferAllocator allocator) {
    this.config = config;
    this.teacher = teacher;
    this.allocator = allocator;
  }

  /**
   * The number for some views: see {@link ImageFlow#labelBatch}. Blocks the first time; the teacher
   * must not be in use then.
   */
  synchronized int of(ViewSpec view) {
    if (chosen == 0) {
      chosen = config.batch().orElseGet(() -> search(view));
      teacher.warmUp(ImageFlow.labelBatch(chosen, view));
    }
    return ImageFlow.labelBatch(chosen, view);
  }

  private int search(ViewSpec view) {
    return new BatchSearch(allocator, System::nanoTime)
        .search(
            teacher.unmetered(),
            view.size(),
            ImageFlow.labelBatch(LARGEST_SEARCHED, view),
            SEARCH_TIME);
  }
}
