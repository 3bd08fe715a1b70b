package io.taustream.storage.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taustream.storage.TaustreamException;
import io.taustream.storage.object.ObjectUri;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Joined stores have what each had; what contradicts is refused. */
@Timeout(60)
class LabelMergeTest {
  private static final ObjectUri TARGET = new ObjectUri("s3", "bucket", "target");
  private static final ObjectUri SOURCE = new ObjectUri("s3", "bucket", "source");

  @TempDir Path scratch;
  private final MemoryObjectStore objects = new MemoryObjectStore();
  private final Labels first = Labels.of(new DenseF16(), 2, 4, 20).withSkipped(3);
  private final Labels second = first.withShard(Labels.shard("train-0001.tar"));
  private RootAllocator allocator;

  @BeforeEach
  void open() {
    allocator = new RootAllocator();
  }

  @AfterEach
  void close() {
    allocator.close();
  }

  private void label(ObjectUri root, Labels labels) {
    label(root, labels, Labels.CRC);
  }

  private void label(ObjectUri root, Labels labels, long crc32c) {
    try (SoftLabelStore store = open(root, labels)) {
      labels.store(store, allocator, crc32c);
    }
  }

  private SoftLabelStore open(ObjectUri root, Labels labels) {
    return SoftLabelStore.open(
        objects, root, labels.set(), labels.views(), scratch, allocator, "1.0");
  }

  private byte[] file(ObjectUri root, Labels labels) {
    try (SoftLabelStore store = open(root, labels)) {
      return objects.get(store.location(labels.shard()));
    }
  }

  private LabelMerge.Summary merge() {
    return new LabelMerge(objects, TARGET, scratch, allocator).run(List.of(SOURCE));
  }

  @Test
  void copiesFilesAsTheyAreAndWhatTheManifestKnows() {
    label(TARGET, first);
    label(SOURCE, second);

    LabelMerge.Summary done = merge();

    byte[] copy = file(TARGET, second);
    assertThat(done).isEqualTo(new LabelMerge.Summary(1, 0, 0, copy.length, List.of(), List.of()));
    assertThat(copy).isEqualTo(file(SOURCE, second));
    try (SoftLabelStore store = open(TARGET, second)) {
      assertThat(store.status(first.shard()).block()).isInstanceOf(LabelStatus.Complete.class);
      assertThat(store.status(second.shard()).block())
          .as("the manifest tells the version")
          .isInstanceOf(LabelStatus.Complete.class);
      assertThat(store.status(Labels.shard("train-0002.tar")).block())
          .isInstanceOf(LabelStatus.Missing.class);
    }
  }

  @Test
  void skipsWhatIsThere() {
    label(TARGET, first);
    label(SOURCE, first);
    int before = objects.names().size();

    assertThat(merge()).isEqualTo(new LabelMerge.Summary(0, 0, 1, 0, List.of(), List.of()));
    assertThat(objects.names()).hasSize(before);
  }

  @Test
  void moreViewsSupersedeFewerAndNotTheOtherWayRound() {
    Labels more = first.withViews(4);
    label(TARGET, first);
    label(TARGET, second.withViews(3));
    label(SOURCE, more);
    label(SOURCE, second);

    LabelMerge.Summary done = merge();

    assertThat(done.superseded()).isEqualTo(1);
    assertThat(done.skipped()).isEqualTo(1);
    assertThat(file(TARGET, first)).isEqualTo(file(SOURCE, more));
    try (SoftLabelStore store = open(TARGET, second.withViews(3))) {
      assertThat(store.status(second.shard()).block()).isInstanceOf(LabelStatus.Complete.class);
    }
  }

  @Test
  void otherLogitsAreAConflictAndNothingOfTheirSetIsCopied() {
    Labels other = new Labels(first.set(), 2, first.shard(), first.samples(), first.skipped(), 99);
    label(TARGET, first);
    label(SOURCE, other);
    label(SOURCE, second);
    Labels otherSet = Labels.of(new DenseF32(), 1, 6, 5);
    LabelSet set =
        new LabelSet("vgg", Labels.SHA, "none-0123456789ab", "{}", 6, otherSet.set().encoding());
    Labels elsewhere = new Labels(set, 1, first.shard(), 5, otherSet.skipped(), 1);
    label(SOURCE, elsewhere);
    byte[] before = file(TARGET, first);

    LabelMerge.Summary done = merge();

    assertThat(done.conflicts())
        .singleElement()
        .asString()
        .contains("s3://bucket/source/", "s3://bucket/target/", "train-0000.tar", "batch 0");
    assertThat(done.copied()).as("the other set").isEqualTo(1);
    assertThat(file(TARGET, elsewhere)).isEqualTo(file(SOURCE, elsewhere));
    assertThat(file(TARGET, first)).isEqualTo(before);
    try (SoftLabelStore store = open(TARGET, second)) {
      assertThat(store.status(second.shard()).block()).isInstanceOf(LabelStatus.Missing.class);
    }
  }

  @Test
  void otherBytesOfTheShardAreAConflict() {
    label(TARGET, first);
    label(SOURCE, first, 77);

    assertThat(merge().conflicts())
        .singleElement()
        .asString()
        .contains("0000004d", "%08x".formatted(Labels.CRC), "train-0000.tar");
  }

  @Test
  void anotherEncodingIsAConflict() {
    label(TARGET, first);
    label(SOURCE, Labels.of(new DenseF32(), 2, 4, 20));

    assertThat(merge().conflicts()).singleElement().asString().contains("dense-f16", "dense-f32");
  }

  @Test
  void anotherEncodingOfAnotherShardIsAConflict() {
    label(TARGET, first);
    label(SOURCE, Labels.of(new DenseF32(), 2, 4, 20).withShard(second.shard()));

    LabelMerge.Summary done = merge();

    assertThat(done.copied()).isZero();
    assertThat(done.conflicts())
        .singleElement()
        .asString()
        .contains("s3://bucket/source", "s3://bucket/target", "dense-f16", "dense-f32");
    try (SoftLabelStore store = open(TARGET, first)) {
      store.refresh().block();
      assertThat(store.status(first.shard()).block()).isInstanceOf(LabelStatus.Complete.class);
    }
  }

  @Test
  void aDamagedFileIsNotCopiedAndKeepsNoOtherFromIt() {
    label(SOURCE, first);
    label(SOURCE, second);
    byte[] whole = file(SOURCE, first);
    LabelFooter footer = LabelFooter.parse(ByteBuffer.wrap(whole), whole.length, "test");
    LabelBlock block = footer.blocks().get(1);
    ObjectUri place = first.set().folder(SOURCE).child("train-0000.tar.arrow");
    // In the message, which cannot be read then, and in the body, which its checksum tells.
    for (long at : new long[] {block.offset() + 12, block.end() - 1}) {
      byte[] bytes = whole.clone();
      bytes[(int) at] ^= 1;
      objects.put(place, bytes);

      LabelMerge.Summary done = merge();

      assertThat(done.isWhole()).isFalse();
      assertThat(done.damaged())
          .singleElement()
          .asString()
          .contains(place + ", batch 1", "not copied");
    }
    assertThat(file(TARGET, second)).isEqualTo(file(SOURCE, second));
    assertThat(objects.names()).noneMatch(name -> name.matches(".*target.*train-0000.*"));
  }

  @Test
  void aTruncatedFileIsTold() {
    label(SOURCE, first);
    label(SOURCE, second);
    byte[] whole = file(SOURCE, first);
    ObjectUri place = first.set().folder(SOURCE).child("train-0000.tar.arrow");
    objects.put(place, Arrays.copyOf(whole, whole.length - 100));

    LabelMerge.Summary done = merge();

    assertThat(done.copied()).isEqualTo(1);
    assertThat(done.damaged()).singleElement().asString().contains(place.toString(), "truncated");
  }

  @Test
  void aDamagedFileOfTheTargetIsToldAndStays() {
    label(TARGET, first);
    label(SOURCE, first);
    label(SOURCE, second);
    ObjectUri place = first.set().folder(TARGET).child("train-0000.tar.arrow");
    objects.put(place, new byte[100]);

    LabelMerge.Summary done = merge();

    assertThat(done.copied()).isEqualTo(1);
    assertThat(done.damaged()).singleElement().asString().contains(place.toString());
  }

  @Test
  void aSourceThatGrowsMeanwhileIsCopiedAsItIsThen() {
    Labels more = first.withViews(4);
    label(SOURCE, first);
    AtomicBoolean grown = new AtomicBoolean();
    objects.beforeReading(
        uri -> {
          if (uri.name().equals("train-0000.tar.arrow") && !grown.getAndSet(true)) {
            label(SOURCE, more);
          }
        });

    LabelMerge.Summary done = merge();

    assertThat(done.copied()).isEqualTo(1);
    assertThat(file(TARGET, more)).isEqualTo(file(SOURCE, more));
    try (SoftLabelStore store = open(TARGET, more)) {
      assertThat(store.status(more.shard()).block())
          .isInstanceOfSatisfying(
              LabelStatus.Complete.class, c -> assertThat(c.views()).isEqualTo(4));
      assertThat(store.extend(more.shard()).blockOptional()).isEmpty();
    }
  }

  @Test
  void sourcesThatAreNoneAreNamed() {
    label(TARGET, first);

    assertThatThrownBy(this::merge)
        .isInstanceOf(TaustreamException.class)
        .hasMessageContaining("no label files under s3://bucket/source");
    assertThatThrownBy(
            () -> new LabelMerge(objects, TARGET, scratch, allocator).run(List.of(TARGET)))
        .isInstanceOf(TaustreamException.class)
        .hasMessageContaining("both target and source");
  }
}
