package io.taustream.storage.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taustream.storage.object.ObjectStore;
import io.taustream.storage.object.ObjectStores;
import io.taustream.storage.object.ObjectUri;
import io.taustream.storage.sample.Shard;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterTry;
import net.jqwik.api.lifecycle.BeforeTry;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Views that are added later are those that labelling all at once would have given, to the bit. */
class LabelGrowthTest {
  private RootAllocator allocator;
  private MemoryObjectStore objects;
  private Path scratch;

  @BeforeEach
  @BeforeTry
  void open() throws Exception {
    allocator = new RootAllocator();
    objects = new MemoryObjectStore();
    scratch = Files.createTempDirectory("labels-test");
  }

  @AfterEach
  @AfterTry
  void close() throws Exception {
    allocator.close();
    ScratchFolder.delete(scratch);
  }

  private SoftLabelStore store(Labels labels) {
    return store(objects, Labels.ROOT, labels);
  }

  private SoftLabelStore store(ObjectStore where, ObjectUri root, Labels labels) {
    return SoftLabelStore.open(
        where, root, labels.set(), labels.views(), scratch, allocator, "1.0");
  }

  private byte[] atOnce(Labels labels) {
    MemoryObjectStore elsewhere = new MemoryObjectStore();
    try (SoftLabelStore store = store(elsewhere, Labels.ROOT, labels)) {
      labels.store(store, allocator);
      return elsewhere.get(store.location(labels.shard()));
    }
  }

  private byte[] stored(Labels labels) {
    return objects.get(
        labels.set().folder(Labels.ROOT).child(labels.shard().name() + LabelFolder.SUFFIX));
  }

  @Provide
  Arbitrary<LabelEncoding> encodings() {
    return Arbitraries.of(
        new DenseF16(),
        new DenseF32(),
        new TopK(3, List.of(4f, 1f)),
        new Sampled(5, 1, List.of(4f, 1f)));
  }

  @Property(tries = 25)
  void growsToTheFileOfAllViewsAtOnce(
      @ForAll("encodings") LabelEncoding encoding,
      @ForAll @IntRange(min = 1, max = 12) int first,
      @ForAll @IntRange(min = 1, max = 4) int added,
      @ForAll @IntRange(max = 40) int samples) {
    Labels all = Labels.of(encoding, first + added, 7, samples);
    if (samples > 3) {
      all = all.withSkipped(0, samples - 2);
    }
    Labels few = all.withViews(first);
    try (SoftLabelStore store = store(few)) {
      few.store(store, allocator);
    }
    try (SoftLabelStore store = store(all)) {
      assertThat(store.status(all.shard()).block())
          .isEqualTo(new LabelStatus.Partial(first, first + added));

      LabelMetadata grown = all.extend(store, allocator, Labels.CRC);

      assertThat(grown.views()).isEqualTo(first + added);
      assertThat(store.status(all.shard()).block()).isInstanceOf(LabelStatus.Complete.class);
      assertThat(store.extend(all.shard()).block()).as("nothing is missing now").isNull();
    }
    assertThat(stored(all)).isEqualTo(atOnce(all));
  }

  @Test
  void growsOverSeveralBatchesOfAView() {
    Labels all = Labels.of(new TopK(2, List.of(4f)), 10, 4, 4500).withSkipped(17);
    Labels few = all.withViews(9);
    for (Labels step : List.of(few, all)) {
      try (SoftLabelStore store = store(step);
          LabelFileWriter writer =
              step.views() == 9 ? store.begin(all.shard()) : store.extend(all.shard()).block()) {
        step.appendTo(writer, 500, allocator);
        writer.commit(Labels.CRC, all.skipped()).block();
      }
    }
    assertThat(stored(all)).isEqualTo(atOnce(all));
    try (SoftLabelStore store = store(all);
        LabelFile file = store.open(all.shard()).block()) {
      assertThat(file.verify()).isEmpty();
    }
  }

  @Test
  void whoeverAsksForFewerViewsReadsTheFirstOnes() {
    Labels all = Labels.of(new DenseF16(), 3, 4, 10);
    try (SoftLabelStore store = store(all)) {
      all.store(store, allocator);
    }
    try (SoftLabelStore fewer = store(all.withViews(2))) {
      assertThat(fewer.status(all.shard()).block())
          .isInstanceOfSatisfying(
              LabelStatus.Complete.class, c -> assertThat(c.views()).isEqualTo(3));
      try (LabelFile file = fewer.open(all.shard()).block()) {
        float[] logits = new float[4];
        file.logits(3, 1, logits);
        assertThat(logits).isEqualTo(all.expected(3, 1, allocator));
      }
      byte[] before = stored(all);
      all.withViews(2).store(fewer, allocator);
      assertThat(stored(all)).as("labelling fewer views takes none away").isSameAs(before);
    }
  }

  @Test
  void trainingOnTooFewViewsSaysHowManyThereAre() {
    Labels few = Labels.of(new DenseF16(), 2, 4, 10);
    try (SoftLabelStore store = store(few)) {
      few.store(store, allocator);
    }
    try (SoftLabelStore more = store(few.withViews(5))) {
      assertThatThrownBy(() -> more.open(few.shard()).block())
          .isInstanceOf(LabelsMissingException.class)
          .hasMessageContainingAll("train-0000.tar", "only 2 of 5 views", "taustream label");
    }
  }

  @Test
  void aManifestThatWasLostIsMadeAgainWithTheViews() {
    Labels few = Labels.of(new DenseF16(), 2, 4, 10);
    try (SoftLabelStore store = store(few)) {
      few.store(store, allocator);
      objects.delete(few.set().folder(Labels.ROOT).child("manifest.json")).block();
      store.refresh().block();
    }
    try (SoftLabelStore more = store(few.withViews(3))) {
      assertThat(more.status(few.shard()).block()).isEqualTo(new LabelStatus.Partial(2, 3));
    }
  }

  @Test
  void aReaderOfTheOldFileGoesOn() {
    Labels all = Labels.of(new DenseF16(), 3, 4, 30);
    Labels few = all.withViews(1);
    ObjectUri root = ObjectUri.ofFile(scratch.resolve("store"));
    try (ObjectStore disk = ObjectStores.open(Optional.empty());
        SoftLabelStore old = store(disk, root, few);
        SoftLabelStore grown = store(disk, root, all)) {
      few.store(old, allocator);
      try (LabelFile reader = old.open(all.shard()).block()) {
        all.extend(grown, allocator, Labels.CRC);

        assertThat(reader.views()).isEqualTo(1);
        assertThat(reader.verify()).isEmpty();
        float[] logits = new float[4];
        reader.logits(29, 0, logits);
        assertThat(logits).isEqualTo(all.expected(29, 0, allocator));
      }
      try (LabelFile reader = grown.open(all.shard()).block()) {
        assertThat(reader.views()).isEqualTo(3);
        assertThat(reader.verify()).isEmpty();
      }
    }
  }

  /** When the label file is next read it is another one than was described. */
  private void growBeforeTheNextReading(Labels few, Labels all) {
    try (SoftLabelStore store = store(few)) {
      few.store(store, allocator);
    }
    byte[] grown = atOnce(all);
    ObjectUri folder = few.set().folder(Labels.ROOT);
    objects.delete(folder.child("manifest.json")).block();
    AtomicBoolean first = new AtomicBoolean(true);
    objects.beforeReading(
        uri -> {
          if (uri.name().endsWith(LabelFolder.SUFFIX) && first.getAndSet(false)) {
            objects.put(uri, grown);
          }
        });
  }

  @Test
  void aFileThatGrowsWhileItIsLookedAtIsNoDamagedOne() {
    Labels all = Labels.of(new DenseF16(), 6, 4, 100);
    Labels few = all.withViews(2);
    growBeforeTheNextReading(few, all);
    try (SoftLabelStore store = store(all)) {
      assertThat(store.status(all.shard()).block())
          .as("the manifest is lost, but nothing is stale")
          .isInstanceOf(LabelStatus.Unproven.class);
      assertThat(store.metadata(all.shard()).block().views()).isEqualTo(6);
    }
    growBeforeTheNextReading(few.withShard(shard(1)), all.withShard(shard(1)));
    try (SoftLabelStore store = store(all)) {
      assertThat(store.extend(shard(1)).block()).as("nothing is missing now").isNull();
    }
    try (SoftLabelStore store = store(few)) {
      few.withShard(shard(3)).store(store, allocator);
      growBeforeTheNextReading(few.withShard(shard(3)), all.withShard(shard(3)));
      LabelCache cache = new LabelCache(objects, scratch.resolve("fetched"));
      assertThat(cache.find(store.location(shard(3))).block().footer().metadata().views())
          .isEqualTo(6);
    }
  }

  @Test
  void aFileThatIsRemovedWhileACommitLooksAtItIsWrittenAnew() {
    Labels few = Labels.of(new DenseF16(), 2, 4, 10);
    try (SoftLabelStore store = store(few)) {
      few.store(store, allocator);
      objects.beforeReading(
          uri -> {
            if (uri.name().endsWith(LabelFolder.SUFFIX)) {
              objects.delete(uri).block();
              objects.beforeReading(other -> {});
            }
          });
      few.store(store, allocator);
    }
    assertThat(stored(few)).isEqualTo(atOnce(few));
  }

  @Test
  void anInventoryTellsTheFewestAndTheMostViews() {
    Labels few = Labels.of(new DenseF16(), 2, 4, 10);
    Labels more = few.withViews(3).withShard(shard(1));
    try (SoftLabelStore store = store(few);
        SoftLabelStore grown = store(more)) {
      few.store(store, allocator);
      more.store(grown, allocator);
    }
    assertThat(LabelInventory.of(objects, Labels.ROOT).single().block())
        .satisfies(
            found -> {
              assertThat(found.leastViews()).isEqualTo(2);
              assertThat(found.mostViews()).isEqualTo(3);
              assertThat(found.rows()).isEqualTo(50);
            });
  }

  @Test
  @Timeout(60)
  void processesThatGrowAtOnceEndWithTheMostViews() throws Exception {
    Labels few = Labels.of(new DenseF16(), 1, 4, 40).withSkipped(3);
    int shards = 6;
    try (SoftLabelStore store = store(few)) {
      for (int s = 0; s < shards; s++) {
        few.withShard(shard(s)).store(store, allocator);
      }
    }
    int[] wanted = {2, 4, 3, 4};
    ExecutorService pool = Executors.newFixedThreadPool(wanted.length);
    try {
      List<Future<?>> runs = new ArrayList<>();
      for (int views : wanted) {
        runs.add(
            pool.submit(
                () -> {
                  Labels more = few.withViews(views);
                  try (SoftLabelStore mine = store(more)) {
                    for (int s = 0; s < shards; s++) {
                      more.withShard(shard(s)).extend(mine, allocator, Labels.CRC);
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
    for (int s = 0; s < shards; s++) {
      Labels all = few.withViews(4).withShard(shard(s));
      assertThat(stored(all)).isEqualTo(atOnce(all));
      try (SoftLabelStore store = store(all)) {
        assertThat(store.status(all.shard()).block()).isInstanceOf(LabelStatus.Complete.class);
      }
    }
  }

  private static Shard shard(int number) {
    return Labels.shard("train-%04d.tar".formatted(number));
  }

  @Test
  void refusesToAddViewsOfAShardWhoseBytesAreOthers() {
    requireRefused(all -> all, 77, "CRC-32C fedcba98", "0000004d");
  }

  @Test
  void refusesToAddViewsWhereOtherSamplesCannotBeDecoded() {
    requireRefused(all -> all.withSkipped(4), Labels.CRC, "10 samples of which 0", "10 and 1");
  }

  @Test
  void refusesToAddViewsOfSamplesWithOtherClasses() {
    requireRefused(
        all ->
            new Labels(
                all.set(),
                all.views(),
                all.shard(),
                all.samples(),
                all.skipped(),
                all.seed(),
                all.firstClass() + 1),
        Labels.CRC,
        "keys or classes");
  }

  private void requireRefused(UnaryOperator<Labels> change, long crc32c, String... message) {
    Labels all = Labels.of(new DenseF16(), 3, 4, 10);
    try (SoftLabelStore store = store(all.withViews(2))) {
      all.withViews(2).store(store, allocator);
    }
    byte[] before = stored(all);
    try (SoftLabelStore store = store(all)) {
      assertThatThrownBy(() -> change.apply(all).extend(store, allocator, crc32c))
          .isInstanceOf(LabelsNotExtendableException.class)
          .hasMessageContaining("train-0000.tar.arrow")
          .hasMessageContainingAll(message);
    }
    assertThat(stored(all)).isSameAs(before);
  }

  @Test
  void refusesToCopyADamagedBatch() {
    Labels all = Labels.of(new DenseF16(), 3, 4, 10);
    try (SoftLabelStore store = store(all.withViews(2))) {
      all.withViews(2).store(store, allocator);
      byte[] changed = stored(all).clone();
      LabelFooter footer = LabelFooter.parse(ByteBuffer.wrap(changed), changed.length, "test");
      changed[(int) footer.blocks().get(1).end() - 100] ^= 4;
      objects.put(store.location(all.shard()), changed);
    }
    try (SoftLabelStore store = store(all)) {
      assertThatThrownBy(() -> all.extend(store, allocator, Labels.CRC))
          .isInstanceOf(LabelsNotExtendableException.class)
          .hasMessageContainingAll("train-0000.tar.arrow", "batch 1", "CRC-32C");
      all.store(store, allocator);
      assertThat(stored(all)).as("labelled anew").isEqualTo(atOnce(all));
    }
  }
}
