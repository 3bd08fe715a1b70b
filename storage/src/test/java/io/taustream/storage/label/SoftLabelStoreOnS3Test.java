package io.taustream.storage.label;

import static org.assertj.core.api.Assertions.assertThat;

import io.taustream.storage.object.ObjectStore;
import io.taustream.storage.object.ObjectStores;
import io.taustream.storage.object.ObjectUri;
import io.taustream.storage.object.S3TestServer;
import io.taustream.storage.sample.Shard;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The label store over a real S3 server. */
@Timeout(120)
class SoftLabelStoreOnS3Test {
  private static S3TestServer server;
  @TempDir Path folder;

  @BeforeAll
  static void startServer() {
    server = S3TestServer.start();
    server.createBucket("bucket");
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @Test
  void holdsTheSameFilesToTheBitAsTheFileSystem() throws IOException {
    Labels labels = Labels.of(new DenseF16(), 3, 10, 200).withSkipped(7);
    try (RootAllocator allocator = new RootAllocator();
        ObjectStore objects = ObjectStores.open(Optional.of(server.settings()));
        SoftLabelStore local =
            store(objects, ObjectUri.ofFile(folder.resolve("labels")), labels, allocator);
        SoftLabelStore remote = store(objects, Labels.ROOT, labels, allocator)) {
      labels.store(local, allocator);
      labels.store(remote, allocator);

      try (LabelFile fetched = remote.open(labels.shard()).block()) {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        objects
            .read(remote.location(labels.shard()))
            .doOnNext(part -> whole.write(part.array(), part.arrayOffset(), part.remaining()))
            .blockLast();
        assertThat(whole.toByteArray())
            .isEqualTo(Files.readAllBytes(local.location(labels.shard()).toPath()));
        assertThat(fetched.verify()).isEmpty();
      }
      assertThat(remote.status(labels.shard()).block()).isInstanceOf(LabelStatus.Complete.class);
      assertThat(LabelInventory.of(objects, Labels.ROOT).collectList().block())
          .extracting(LabelInventory::rows)
          .containsExactly(597L);
      replaceStale(labels, remote, allocator);
    }
  }

  private static void replaceStale(Labels labels, SoftLabelStore remote, RootAllocator allocator) {
    Shard newer = new Shard(labels.shard().name(), labels.shard().uri(), 9, "etag-2");
    assertThat(remote.status(newer).block()).isInstanceOf(LabelStatus.Stale.class);
    new Labels(labels.set(), labels.views(), newer, 50, labels.skipped(), 2)
        .store(remote, allocator, 3);
    try (LabelFile file = remote.open(newer).block()) {
      assertThat(file.samples()).isEqualTo(50);
      assertThat(file.metadata().crc32c()).isEqualTo(3);
    }
  }

  private SoftLabelStore store(
      ObjectStore objects, ObjectUri root, Labels labels, RootAllocator allocator) {
    return SoftLabelStore.open(
        objects, root, labels.set(), labels.views(), folder.resolve("scratch"), allocator, "1.0");
  }
}
