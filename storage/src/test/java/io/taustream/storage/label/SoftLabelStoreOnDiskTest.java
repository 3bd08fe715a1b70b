package io.taustream.storage.label;

import static org.assertj.core.api.Assertions.assertThat;

import io.taustream.storage.object.ObjectStore;
import io.taustream.storage.object.ObjectStores;
import io.taustream.storage.object.ObjectUri;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The label store over the file system. */
class SoftLabelStoreOnDiskTest {
  @TempDir Path folder;

  @Test
  void writesTheSameFileAsToAnotherStoreAndMapsItInPlace() throws IOException {
    Labels labels = Labels.of(new DenseF16(), 2, 10, 50).withSkipped(7);
    MemoryObjectStore remote = new MemoryObjectStore();
    try (RootAllocator allocator = new RootAllocator();
        ObjectStore local = ObjectStores.open(Optional.empty());
        SoftLabelStore onDisk =
            SoftLabelStore.open(
                local,
                ObjectUri.ofFile(folder.resolve("labels")),
                labels.set(),
                labels.views(),
                folder.resolve("scratch"),
                allocator,
                "1.0");
        SoftLabelStore elsewhere =
            SoftLabelStore.open(
                remote, Labels.ROOT, labels.set(), 2, folder.resolve("other"), allocator, "1.0")) {
      labels.store(onDisk, allocator);
      labels.store(elsewhere, allocator);
      Path file = onDisk.location(labels.shard()).toPath();
      assertThat(Files.readAllBytes(file))
          .isEqualTo(remote.get(elsewhere.location(labels.shard())));
      try (LabelFile opened = onDisk.open(labels.shard()).block()) {
        assertThat(opened.name()).isEqualTo(file.toString());
        assertThat(opened.verify()).isEmpty();
      }
      assertThat(onDisk.status(labels.shard()).block()).isInstanceOf(LabelStatus.Complete.class);
      List<LabelInventory> found =
          LabelInventory.of(local, ObjectUri.ofFile(folder.resolve("labels")))
              .collectList()
              .block();
      assertThat(found).extracting(LabelInventory::rows).containsExactly(98L);
    }
  }

  @Test
  void readsARandomRowInMicroseconds() {
    Labels labels = Labels.of(new DenseF16(), 2, 100, 2500);
    try (RootAllocator allocator = new RootAllocator();
        ObjectStore local = ObjectStores.open(Optional.empty());
        SoftLabelStore store =
            SoftLabelStore.open(
                local,
                ObjectUri.ofFile(folder.resolve("labels")),
                labels.set(),
                labels.views(),
                folder.resolve("scratch"),
                allocator,
                "1.0")) {
      try (LabelFileWriter writer = store.begin(labels.shard())) {
        labels.appendTo(writer, 128, allocator);
        writer.commit(Labels.CRC, List.of()).block();
      }
      try (LabelFile file = store.open(labels.shard()).block()) {
        FloatBuffer row = FloatBuffer.allocate(100);
        Random random = new Random(1);
        long best = Long.MAX_VALUE;
        for (int round = 0; round < 5; round++) {
          long start = System.nanoTime();
          for (int i = 0; i < 20_000; i++) {
            file.logits(random.nextInt(2500), random.nextInt(2), row.clear());
          }
          best = Math.min(best, (System.nanoTime() - start) / 20_000);
        }
        assertThat(best).as("ns a row of 100 classes").isLessThan(5_000);
      }
    }
  }
}
