package io.taustream.storage.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taustream.storage.object.ObjectUri;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.Disposable;

/** A labelling that is cancelled is closed at once, whatever is still at work for it. */
@Timeout(60)
class CancelledLabellingTest {
  @TempDir Path scratch;

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      // A cancelled worker is interrupted; what it holds stays held until the test lets it go.
      await(latch);
    }
  }

  @Test
  void nothingIsLeftWhereTheAssemblyWaitsForItsBase() throws IOException {
    CountDownLatch held = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch ended = new CountDownLatch(1);
    MemoryObjectStore objects = new MemoryObjectStore();
    Labels all = Labels.of(new DenseF16(), 3, 100, 500);
    try (RootAllocator allocator = new RootAllocator()) {
      try (SoftLabelStore few = store(objects, all.withViews(2), allocator);
          SoftLabelStore more = store(objects, all, allocator)) {
        all.withViews(2).store(few, allocator);
        ObjectUri place = few.location(all.shard());
        byte[] before = objects.get(place);
        LabelFileWriter writer = more.extend(all.shard()).block();
        all.appendTo(writer, 50, allocator);
        objects.beforeReading(
            uri -> {
              held.countDown();
              await(release);
              ended.countDown();
            });
        Disposable commit = writer.commit(Labels.CRC, List.of()).subscribe();
        await(held);

        commit.dispose();
        writer.close();

        assertThat(allocator.getAllocatedMemory()).isZero();
        release.countDown();
        await(ended);
        assertThat(objects.get(place)).isSameAs(before);
      }
      try (Stream<Path> left = Files.list(scratch)) {
        assertThat(left).isEmpty();
      }
    }
  }

  @Test
  void whatIsBeingCopiedLiesInNoMemoryThatClosingFrees() throws Exception {
    Labels labels = Labels.of(new DenseF32(), 1, 100, 1000);
    try (RootAllocator allocator = new RootAllocator()) {
      LabelSpill spill = new LabelSpill(scratch.resolve("spill"), labels.set(), 0, 1, allocator);
      try (SoftLabelBatch batch =
          labels.batch(
              IntStream.range(0, 1000).mapToObj(o -> labels.row(o, 0)).toList(), allocator)) {
        FloatBuffer logits = batch.logits();
        spill.append(
            batch.rows(),
            0,
            1000,
            (row, columns) ->
                labels.set().encoding().encode(logits.position(row * 100), 100, 0, columns));
      }
      List<float[]> seen = new ArrayList<>();

      assertThatThrownBy(
              () ->
                  spill.copy(
                      0,
                      1,
                      0,
                      1000,
                      bytes -> {
                        spill.close();
                        // Whoever is next given the memory writes into it.
                        try (ArrowBuf next = allocator.buffer(256 << 10)) {
                          next.setOne(0, next.capacity());
                          seen.add(floats(bytes));
                        }
                      }))
          .isInstanceOf(IOException.class);

      assertThat(seen).hasSize(1);
      float[] expected = new float[seen.get(0).length];
      for (int i = 0; i < expected.length; i++) {
        expected[i] = labels.logits(i / 100, 0)[i % 100];
      }
      assertThat(seen.get(0)).isEqualTo(expected);
    }
  }

  private static float[] floats(ByteBuffer bytes) {
    FloatBuffer floats = bytes.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    float[] copy = new float[floats.remaining()];
    floats.get(copy);
    return copy;
  }

  private SoftLabelStore store(MemoryObjectStore objects, Labels labels, RootAllocator allocator) {
    return SoftLabelStore.open(
        objects, Labels.ROOT, labels.set(), labels.views(), scratch, allocator, "1.0");
  }
}
