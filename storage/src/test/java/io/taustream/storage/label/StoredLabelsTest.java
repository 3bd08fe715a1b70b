package io.taustream.storage.label;

import static org.assertj.core.api.Assertions.assertThat;

import io.taustream.storage.object.ObjectUri;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import reactor.test.StepVerifier;

/** What counts as a label file of a store, and how one is removed. */
@Timeout(60)
class StoredLabelsTest {
  @TempDir Path scratch;
  private final MemoryObjectStore objects = new MemoryObjectStore();
  private final Labels first = Labels.of(new DenseF16(), 2, 4, 20);
  private final Labels second = first.withShard(Labels.shard("train-0001.tar"));
  private final StoredLabels stored = new StoredLabels(objects, Labels.ROOT);
  private RootAllocator allocator;
  private SoftLabelStore store;

  @BeforeEach
  void label() {
    allocator = new RootAllocator();
    store = SoftLabelStore.open(objects, Labels.ROOT, first.set(), 2, scratch, allocator, "1.0");
    first.store(store, allocator);
    second.store(store, allocator);
  }

  @AfterEach
  void close() {
    store.close();
    allocator.close();
  }

  private StoredLabelFile file(Labels labels) {
    return stored.at(store.location(labels.shard())).block();
  }

  private ObjectUri manifest() {
    return first.set().folder(Labels.ROOT).child("manifest.json");
  }

  @Test
  void onlyWholeLabelFilesInTheirPlaceCount() {
    byte[] label = objects.get(store.location(first.shard()));
    ObjectUri folder = first.set().folder(Labels.ROOT);
    objects.put(folder.child("renamed.tar.arrow"), label);
    objects.put(Labels.ROOT.child("elsewhere").child("train-0000.tar.arrow"), label);
    objects.put(folder.child("text.tar.arrow"), "no label".getBytes(StandardCharsets.UTF_8));
    objects.put(folder.child("notes.txt"), "mine".getBytes(StandardCharsets.UTF_8));

    assertThat(stored.files().collectList().block())
        .extracting(file -> file.info().uri())
        .containsExactly(store.location(first.shard()), store.location(second.shard()));
  }

  @Test
  void aStoreThatDoesNotExistHasNone() {
    StoredLabels none = new StoredLabels(objects, Labels.ROOT.child("absent"));

    assertThat(none.files().collectList().block()).isEmpty();
  }

  @Test
  void removesAFileAndItsManifestEntry() {
    assertThat(stored.remove(file(second)).block()).isTrue();
    stored.tidy(first.set()).block();

    assertThat(store.status(second.shard()).block()).isInstanceOf(LabelStatus.Missing.class);
    assertThat(store.status(first.shard()).block()).isInstanceOf(LabelStatus.Complete.class);
    assertThat(new String(objects.get(manifest()), StandardCharsets.UTF_8))
        .contains("train-0000.tar")
        .doesNotContain("train-0001.tar");
  }

  @Test
  void theLastFileTakesTheManifestAlong() {
    stored.remove(file(first)).block();
    stored.remove(file(second)).block();
    stored.tidy(first.set()).block();

    assertThat(objects.names()).isEmpty();
  }

  @Test
  void aFileThatWasWrittenAnewStays() {
    StoredLabelFile listed = file(first);
    objects.put(listed.info().uri(), objects.get(listed.info().uri()));

    assertThat(stored.remove(listed).block()).isFalse();
    assertThat(objects.names()).contains(listed.info().uri().toString());
  }

  @Test
  void aFileThatIsGoneIsRemoved() {
    StoredLabelFile listed = file(first);
    objects.delete(listed.info().uri()).block();

    assertThat(stored.remove(listed).block()).isTrue();
  }

  @Test
  void aBusyManifestIsLeftToOthers() {
    StoredLabelFile listed = file(second);
    objects.loseWriting(uri -> uri.equals(manifest()));

    assertThat(stored.remove(listed).block()).isTrue();
    StepVerifier.withVirtualTime(() -> stored.tidy(first.set()))
        .thenAwait(Duration.ofMinutes(5))
        .verifyComplete();

    assertThat(store.status(second.shard()).block()).isInstanceOf(LabelStatus.Missing.class);
  }
}
