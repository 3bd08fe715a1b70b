package io.taustream.teacher.speed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taustream.ingest.batch.ImageBatch;
import io.taustream.storage.TaustreamException;
import io.taustream.storage.label.SoftLabelBatch;
import io.taustream.teacher.BatchLimits;
import io.taustream.teacher.Teacher;
import io.taustream.teacher.TeacherIdentity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToLongFunction;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BatchSearchTest {
  private static final int CLASSES = 2;
  private static final int SIZE = 2;
  private static final Duration LONG = Duration.ofHours(1);

  private final BufferAllocator allocator = new RootAllocator();
  private final List<Integer> tried = new ArrayList<>();
  private long now;

  @AfterEach
  void nothingLeaks() {
    allocator.close();
  }

  @Test
  void findsTheSmallestSizeThatIsNearlyAsFastAsTheFastest() {
    // 10 ms a run and 1 ms an image: 256 are 4 % faster than 128.
    assertThat(search(new TimedTeacher(1, images -> 10 + images), 4096)).isEqualTo(256);
    assertThat(tried).doesNotContain(4096);
  }

  @Test
  void goesNoFurtherThanMemoryHolds() {
    TimedTeacher teacher = new TimedTeacher(1, images -> 10 + images);
    teacher.holds = 8;
    assertThat(search(teacher, 4096)).isEqualTo(8);
    assertThat(tried).contains(16).doesNotContain(32);
  }

  @Test
  void goesNoFurtherThanItMay() {
    assertThat(search(new TimedTeacher(1, images -> 10 + images), 20)).isEqualTo(16);
    assertThat(tried).doesNotContain(32);
  }

  @Test
  void givesMultiplesOfAFixedBatch() {
    assertThat(search(new TimedTeacher(48, images -> images), 4096)).isEqualTo(48);
    assertThat(tried).contains(48, 96).doesNotContain(1, 2);
  }

  @Test
  void givesTheMostThatItMayWhereAFixedBatchIsMore() {
    assertThat(search(new TimedTeacher(48, images -> images), 20)).isEqualTo(20);
    assertThat(tried).isEmpty();
  }

  @Test
  void failsWhereNotEvenOneImageCanBeLabelled() {
    Teacher broken =
        new TimedTeacher(
            1,
            images -> {
              throw new TaustreamException("model m.onnx: no");
            });
    assertThatThrownBy(() -> search(broken, 64))
        .isInstanceOf(TaustreamException.class)
        .hasMessage(
            "teacher t: no size of batch was found: a batch of 1 failed: model m.onnx: no; state teachers[].batch");
  }

  private int search(Teacher teacher, int largest) {
    return new BatchSearch(allocator, () -> now).search(teacher, SIZE, largest, LONG);
  }

  /** Its clock is the test's. */
  private final class TimedTeacher implements Teacher {
    private final int unit;
    private final IntToLongFunction milliseconds;
    private int holds = Integer.MAX_VALUE;
    private int largest = Integer.MAX_VALUE;

    TimedTeacher(int unit, IntToLongFunction milliseconds) {
      this.unit = unit;
      this.milliseconds = milliseconds;
    }

    @Override
    public SoftLabelBatch label(ImageBatch images) {
      tried.add(images.size());
      if (images.size() > holds) {
        largest = holds;
      }
      now += milliseconds.applyAsLong(images.size()) * 1_000_000;
      ArrowBuf memory = allocator.buffer((long) images.size() * CLASSES * Float.BYTES);
      return new SoftLabelBatch(images.rows(), CLASSES, memory);
    }

    @Override
    public BatchLimits batchLimits() {
      return new BatchLimits(unit, largest);
    }

    @Override
    public TeacherIdentity identity() {
      return new TeacherIdentity("t", "0".repeat(64));
    }

    @Override
    public int classes() {
      return CLASSES;
    }

    @Override
    public int imageSize() {
      return SIZE;
    }

    @Override
    public String device() {
      return "cpu";
    }

    @Override
    public void close() {}
  }
}
