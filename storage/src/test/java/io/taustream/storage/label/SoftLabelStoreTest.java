package io.taustream.storage.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.taustream.storage.TaustreamException;
import io.taustream.storage.object.ObjectUri;
import io.taustream.storage.sample.Shard;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import reactor.test.StepVerifier;

/** Whatever happens to a store or beside it, its labels are whole and true, or asked for again. */
@Timeout(60)
class SoftLabelStoreTest {
  @TempDir Path scratch;
  private final MemoryObjectStore objects = new MemoryObjectStore();
  private final Labels labels = Labels.of(new DenseF16(), 2, 4, 20).withSkipped(5);
  private RootAllocator allocator;
  private SoftLabelStore store;
  private ObjectUri manifest;

  @BeforeEach
  void open() {
    allocator = new RootAllocator();
    store = open(labels.set());
    manifest = labels.set().folder(Labels.ROOT).child("manifest.json");
  }

  @AfterEach
  void close() {
    store.close();
    allocator.close();
  }

  private SoftLabelStore open(LabelSet set) {
    return open(set, 2);
  }

  private SoftLabelStore open(LabelSet set, int views) {
    return SoftLabelStore.open(objects, Labels.ROOT, set, views, scratch, allocator, "1.0");
  }

  private Shard version(String version, long size) {
    return new Shard(labels.shard().name(), labels.shard().uri(), size, version);
  }

  @Test
  void saysMissingUntilCommittedAndCompleteAfter() {
    assertThat(store.status(labels.shard()).block()).isEqualTo(new LabelStatus.Missing());
    assertThatThrownBy(() -> store.open(labels.shard()).block())
        .isInstanceOf(LabelsMissingException.class)
        .hasMessageContainingAll(
            "train-0000.tar", "no labels", "resnet56-0123456789ab", "taustream label");

    LabelMetadata committed = labels.store(store, allocator);

    assertThat(committed.rows()).isEqualTo(38);
    long bytes = objects.get(store.location(labels.shard())).length;
    assertThat(store.status(labels.shard()).block())
        .isEqualTo(new LabelStatus.Complete(2, 38, bytes, Labels.CRC, 1));
    assertThat(objects.names())
        .containsExactlyInAnyOrder(
            "s3://bucket/labels/resnet56-0123456789ab/pad-crop-flip-0123456789ab/manifest.json",
            "s3://bucket/labels/resnet56-0123456789ab/pad-crop-flip-0123456789ab/train-0000.tar.arrow");
  }

  @Test
  void asksTheLabelFileNothingWhileTheManifestAgrees() {
    labels.store(store, allocator);
    int reads = objects.reads.get();
    store.status(labels.shard()).block();
    assertThat(objects.reads.get()).isEqualTo(reads);
  }

  @Test
  void takesNoShardOfEqualSizeForTheOneThatWasLabelledWhenKilledBeforeTheManifest() {
    objects.dieBeforeWriting(uri -> uri.equals(manifest));
    assertThatThrownBy(() -> labels.store(store, allocator)).hasMessageContaining("killed");
    objects.dieBeforeWriting(uri -> false);

    try (SoftLabelStore next = open(labels.set())) {
      next.refresh().block();
      Shard same = labels.shard();
      assertThat(next.status(same).block())
          .isInstanceOfSatisfying(
              LabelStatus.Unproven.class, s -> assertThat(s.why()).contains("not known", "train"));
      assertThat(next.confirm(same, 77, labels.digest()).block())
          .as("other bytes of the same size")
          .isInstanceOf(LabelStatus.Stale.class);
      assertThat(next.confirm(same, Labels.CRC, labels.digest()).block())
          .isInstanceOf(LabelStatus.Complete.class);
      assertThat(next.status(same).block()).isInstanceOf(LabelStatus.Complete.class);
    }
    labels.withShard(Labels.shard("train-0001.tar")).store(store, allocator);
    assertThat(shardsInManifest()).containsExactly("train-0000.tar", "train-0001.tar");
  }

  @Test
  void usesLabelsOfACopiedShardFromAStoreThatMayOnlyBeRead() {
    labels.store(store, allocator);
    Shard copy = version("etag-2", labels.shard().size());
    objects.refuseWriting();
    try (SoftLabelStore reader = open(labels.set())) {
      assertThat(reader.confirm(copy, Labels.CRC, labels.digest()).block())
          .isInstanceOf(LabelStatus.Complete.class);
      reader.open(copy).block().close();
    }
  }

  @Test
  void opensWhatItConfirmedWhileOthersKeepTheManifestBusy() {
    labels.store(store, allocator);
    Shard copy = version("etag-2", labels.shard().size());
    objects.loseWriting(uri -> uri.equals(manifest));
    StepVerifier.withVirtualTime(() -> store.confirm(copy, Labels.CRC, labels.digest()))
        .thenAwait(Duration.ofMinutes(5))
        .expectNextMatches(LabelStatus.Complete.class::isInstance)
        .verifyComplete();
    store.open(copy).block().close();
  }

  @Test
  void takesNoManifestEntryWithBrokenChecksums() {
    labels.store(store, allocator);
    String json = new String(objects.get(manifest), StandardCharsets.UTF_8);
    objects.put(
        manifest,
        json.replaceFirst("\"crc32c\" : \"[0-9a-f]+\"", "\"crc32c\" : \"none\"")
            .getBytes(StandardCharsets.UTF_8));
    try (SoftLabelStore next = open(labels.set())) {
      assertThat(next.status(labels.shard()).block()).isInstanceOf(LabelStatus.Unproven.class);
    }
  }

  @Test
  void writesTheManifestAsItIsSpecified() {
    labels.store(store, allocator);
    assertThat(new String(objects.get(manifest), StandardCharsets.UTF_8))
        .contains(
            "\"format\" : 1",
            "\"teacher\" : \"resnet56\"",
            "\"teacher_sha256\" : ",
            "\"view_id\" : ",
            "\"view\" : ",
            "\"classes\" : 4",
            "\"encoding\" : \"dense-f16\"",
            "\"shard\" : \"train-0000.tar\"",
            "\"uri\" : \"s3://bucket/data/train-0000.tar\"",
            "\"version\" : \"etag-1\"",
            "\"size\" : 12345",
            "\"crc32c\" : \"fedcba98\"",
            "\"samplesCrc32c\" : ",
            "\"samples\" : 20",
            "\"skipped\" : 1",
            "\"views\" : 2",
            "\"rows\" : 38",
            "\"bytes\" : ",
            "\"labelVersion\" : ");
  }

  @Test
  void isMissingWhenKilledBeforeTheLabelFile() {
    objects.dieBeforeWriting(uri -> uri.name().endsWith(".arrow"));
    assertThatThrownBy(() -> labels.store(store, allocator)).hasMessageContaining("killed");
    assertThat(store.status(labels.shard()).block()).isEqualTo(new LabelStatus.Missing());
    assertThat(objects.names()).isEmpty();
  }

  @Test
  void replacesLabelsOfAnotherVersionOfTheShard() {
    labels.store(store, allocator);
    Shard newer = version("etag-2", labels.shard().size());
    assertThat(store.status(newer).block())
        .isInstanceOfSatisfying(
            LabelStatus.Unproven.class, s -> assertThat(s.why()).contains("etag-1", "etag-2"));
    assertThatThrownBy(() -> store.open(newer).block())
        .isInstanceOf(LabelsMissingException.class)
        .hasMessageContainingAll("stale", "etag-1", "etag-2");
    assertThat(store.status(version("etag-1", 99)).block())
        .isInstanceOfSatisfying(
            LabelStatus.Stale.class, s -> assertThat(s.why()).contains("12345", "99"));

    new Labels(labels.set(), 2, newer, 21, labels.skipped(), 2).store(store, allocator, 77);

    assertThat(store.status(newer).block())
        .isInstanceOfSatisfying(
            LabelStatus.Complete.class, c -> assertThat(c.crc32c()).isEqualTo(77));
    assertThat(store.status(labels.shard()).block()).isInstanceOf(LabelStatus.Unproven.class);
  }

  @Test
  void killedWhileReplacingStaleLabelsIsJudgedByTheNewFile() {
    labels.store(store, allocator);
    Shard newer = version("etag-2", 54321);
    objects.dieBeforeWriting(uri -> uri.equals(manifest));
    assertThatThrownBy(
            () ->
                new Labels(labels.set(), 2, newer, 20, labels.skipped(), 2)
                    .store(store, allocator, 77))
        .hasMessageContaining("killed");
    assertThat(store.status(newer).block()).isInstanceOf(LabelStatus.Complete.class);
    assertThat(store.status(labels.shard()).block()).isInstanceOf(LabelStatus.Stale.class);
  }

  @Test
  void takesLabelsOfTheSameBytesForDoneAndLearnsTheirVersion() {
    labels.store(store, allocator);
    byte[] first = objects.get(store.location(labels.shard()));
    Shard touched = version("etag-2", labels.shard().size());
    labels.withShard(touched).store(store, allocator);
    assertThat(objects.get(store.location(touched))).isSameAs(first);
    assertThat(store.status(touched).block()).isInstanceOf(LabelStatus.Complete.class);
  }

  @Test
  void replacesLabelsOfTheSameBytesUnderOtherKeys() {
    labels.store(store, allocator);
    Labels renamed = new Labels(labels.set(), 2, labels.shard(), 20, labels.skipped(), 1, 2);
    renamed.store(store, allocator);
    try (LabelFile file = store.open(labels.shard()).block()) {
      assertThat(file.label(7)).isEqualTo(renamed.row(7, 0).label());
    }
  }

  @Test
  void keepsLabelsOfACopyWhoseBytesAreTheSame() {
    labels.store(store, allocator);
    byte[] first = objects.get(store.location(labels.shard()));
    Shard copy = version("etag-2", labels.shard().size());

    assertThat(store.confirm(copy, Labels.CRC, labels.digest()).block())
        .isInstanceOf(LabelStatus.Complete.class);

    assertThat(store.status(copy).block()).isInstanceOf(LabelStatus.Complete.class);
    assertThat(objects.get(store.location(copy))).isSameAs(first);
    assertThat(store.status(labels.shard()).block()).isInstanceOf(LabelStatus.Unproven.class);
  }

  @Test
  void callsLabelsOfOtherBytesStaleWhenTheyAreCompared() {
    labels.store(store, allocator);
    Shard changed = version("etag-2", labels.shard().size());

    assertThat(store.confirm(changed, 77, labels.digest()).block())
        .isInstanceOfSatisfying(
            LabelStatus.Stale.class, s -> assertThat(s.why()).contains("fedcba98", "0000004d"));
    assertThat(store.confirm(changed, Labels.CRC, 78).block())
        .isInstanceOfSatisfying(
            LabelStatus.Stale.class, s -> assertThat(s.why()).contains("keys", "0000004e"));
    assertThat(store.status(changed).block()).isInstanceOf(LabelStatus.Unproven.class);
  }

  @Test
  void replacesADamagedLabelFile() {
    objects.put(store.location(labels.shard()), "half a file".getBytes(StandardCharsets.UTF_8));
    assertThat(store.status(labels.shard()).block()).isInstanceOf(LabelStatus.Stale.class);
    labels.store(store, allocator);
    assertThat(store.status(labels.shard()).block()).isInstanceOf(LabelStatus.Complete.class);
  }

  @Test
  void rebuildsALostOrBrokenManifestFromTheFiles() {
    labels.store(store, allocator);
    labels.withShard(Labels.shard("train-0001.tar")).store(store, allocator);
    for (boolean lost : new boolean[] {true, false}) {
      if (lost) {
        objects.delete(manifest).block();
      } else {
        objects.put(manifest, "{\"format\":1, half".getBytes(StandardCharsets.UTF_8));
      }
      try (SoftLabelStore other = open(labels.set())) {
        assertThat(other.status(labels.shard()).block())
            .as("which version of the shard it was went with the manifest")
            .isInstanceOf(LabelStatus.Unproven.class);
        other.refresh().block();
      }
      assertThat(shardsInManifest()).containsExactly("train-0000.tar", "train-0001.tar");
    }
    objects.delete(store.location(labels.shard())).block();
    store.refresh().block();
    assertThat(shardsInManifest()).containsExactly("train-0001.tar");
  }

  @Test
  void refusesAStoreMadeForOtherDataAndNamesBoth() {
    labels.store(store, allocator);
    LabelSet set = labels.set();
    requireMismatch(Labels.set(new DenseF32(), 4), "dense-f16", "dense-f32");
    requireMismatch(Labels.set(new DenseF16(), 5), "class count is 4", "expected is 5");
    requireMismatch(
        new LabelSet(
            set.teacherName(),
            set.teacherSha256(),
            set.viewId(),
            "{\"size\":28}",
            4,
            set.encoding()),
        "{\"size\":32}",
        "{\"size\":28}");
    objects.delete(manifest).block();
    requireMismatch(Labels.set(new DenseF16(), 5), "class count is 4", "expected is 5");
  }

  private void requireMismatch(LabelSet other, String found, String expected) {
    try (SoftLabelStore wrong = open(other)) {
      StepVerifier.create(wrong.status(labels.shard()))
          .verifyErrorSatisfies(
              e ->
                  assertThat(e)
                      .isInstanceOf(LabelsMismatchException.class)
                      .hasMessageContainingAll(found, expected));
      assertThatThrownBy(
              () ->
                  new Labels(other, 2, labels.shard(), 20, labels.skipped(), 1)
                      .store(wrong, allocator, 1))
          .isInstanceOf(LabelsMismatchException.class);
    }
  }

  @Test
  void concurrentStoresLoseNoEntryAndDamageNoFile() throws Exception {
    int shards = 12;
    int processes = 4;
    ExecutorService pool = Executors.newFixedThreadPool(processes);
    try {
      List<Future<?>> runs = new ArrayList<>();
      for (int p = 0; p < processes; p++) {
        runs.add(
            pool.submit(
                () -> {
                  try (SoftLabelStore mine = open(labels.set())) {
                    for (int s = 0; s < shards; s++) {
                      labels
                          .withShard(Labels.shard("train-%04d.tar".formatted(s)))
                          .store(mine, allocator);
                    }
                  }
                }));
      }
      for (Future<?> run : runs) {
        run.get(50, TimeUnit.SECONDS);
      }
    } finally {
      pool.shutdownNow();
    }
    assertThat(shardsInManifest()).hasSize(shards);
    for (int s = 0; s < shards; s++) {
      Shard shard = Labels.shard("train-%04d.tar".formatted(s));
      assertThat(store.status(shard).block()).isInstanceOf(LabelStatus.Complete.class);
      try (LabelFile file = store.open(shard).block()) {
        assertThat(file.verify()).isEmpty();
      }
    }
  }

  @Test
  void leavesAManifestToOthersWhoWriteItAllTheTime() {
    objects.dieBeforeWriting(uri -> uri.equals(manifest));
    assertThatThrownBy(() -> labels.store(store, allocator)).hasMessageContaining("killed");
    objects.dieBeforeWriting(uri -> false);
    objects.loseWriting(uri -> uri.equals(manifest));

    StepVerifier.withVirtualTime(() -> store.refresh())
        .thenAwait(Duration.ofMinutes(2))
        .expectComplete()
        .verify(Duration.ofSeconds(20));

    assertThat(objects.names()).doesNotContain(manifest.toString());
    assertThat(store.status(labels.shard()).block()).isInstanceOf(LabelStatus.Complete.class);
  }

  @Test
  void fetchesARemoteFilesFooterOnceForEachVersion() {
    labels.store(store, allocator);
    store.open(labels.shard()).block().close();
    int reads = objects.reads.get();
    try (SoftLabelStore other = open(labels.set());
        LabelFile file = other.open(labels.shard()).block()) {
      assertThat(file.rows()).isEqualTo(38);
    }
    assertThat(objects.reads.get() - reads).as("the manifest only").isEqualTo(1);
  }

  @Test
  void removesScratchFilesOfKilledProcessesOnly() throws IOException {
    Path killed = Files.createDirectory(scratch.resolve("labels-1-1-dead"));
    Files.createFile(scratch.resolve("labels-1-1-dead.lock"));
    Files.writeString(killed.resolve("view-0"), "rows");
    try (LabelFileWriter writer = store.begin(labels.shard());
        SoftLabelStore other = open(labels.set())) {
      assertThat(killed).doesNotExist();
      labels.appendTo(writer, 5, allocator);
      writer.commit(Labels.CRC, labels.skipped()).block();
      assertThat(other.status(labels.shard()).block()).isInstanceOf(LabelStatus.Complete.class);
    }
  }

  @Test
  void saysSoWhereThereIsNoMemoryToWriteWith() {
    try (RootAllocator tiny = new RootAllocator(1024);
        SoftLabelStore starved =
            SoftLabelStore.open(objects, Labels.ROOT, labels.set(), 2, scratch, tiny, "1.0")) {
      assertThatThrownBy(() -> starved.begin(labels.shard()))
          .isInstanceOf(TaustreamException.class)
          .hasMessageContainingAll("memory.batches", "1024");
    }
  }

  @Test
  void listsWhatAStoreHolds() {
    labels.store(store, allocator);
    labels.withShard(Labels.shard("train-0001.tar")).store(store, allocator);
    for (ObjectUri path : List.of(Labels.ROOT, labels.set().folder(Labels.ROOT))) {
      StepVerifier.create(LabelInventory.of(objects, path))
          .assertNext(
              found -> {
                assertThat(found.teacherId()).isEqualTo("resnet56-0123456789ab");
                assertThat(found.viewId()).isEqualTo("pad-crop-flip-0123456789ab");
                assertThat(found.encoding()).isEqualTo("dense-f16");
                assertThat(found.shards()).isEqualTo(2);
                assertThat(found.leastViews()).isEqualTo(2);
                assertThat(found.mostViews()).isEqualTo(2);
                assertThat(found.rows()).isEqualTo(76);
                assertThat(found.folder()).isEqualTo(labels.set().folder(Labels.ROOT));
              })
          .verifyComplete();
    }
    StepVerifier.create(LabelInventory.of(objects, new ObjectUri("s3", "bucket", "none")))
        .verifyErrorSatisfies(e -> assertThat(e).hasMessageContaining("s3://bucket/none"));
  }

  private List<String> shardsInManifest() {
    try {
      return new ObjectMapper().readTree(objects.get(manifest)).findValuesAsText("shard");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
