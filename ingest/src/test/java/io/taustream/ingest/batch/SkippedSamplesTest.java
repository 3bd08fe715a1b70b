package io.taustream.ingest.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taustream.ingest.format.Payload;
import io.taustream.ingest.format.Sample;
import io.taustream.storage.TaustreamException;
import io.taustream.storage.object.ObjectUri;
import io.taustream.storage.sample.Shard;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SkippedSamplesTest {
  private final List<String> told = new ArrayList<>();

  private SkippedSamples allowing(double share) {
    return new SkippedSamples(share, (sample, reason) -> told.add(sample.key() + ": " + reason));
  }

  private static Sample sample(String shard, int ordinal) {
    ObjectUri uri = new ObjectUri("s3", "bucket", shard);
    return new Sample(
        new Shard(shard, uri, 1, "1"), ordinal, "k" + ordinal, 0, new Payload.Encoded(new byte[0]));
  }

  @Test
  void remembersASampleOnceInHoweverManyEpochsItIsMet() {
    SkippedSamples skipped = allowing(1);
    for (int epoch = 0; epoch < 3; epoch++) {
      skipped.skip(sample("a.tar", 7), "it is empty");
      skipped.skip(sample("a.tar", 2), "it is empty");
      skipped.skip(sample("b.tar", 7), "it is text");
    }

    assertThat(told).containsExactly("k7: it is empty", "k2: it is empty", "k7: it is text");
    assertThat(skipped.count()).isEqualTo(3);
    assertThat(skipped.ordinals("a.tar")).containsExactly(2, 7);
    assertThat(skipped.ordinals("c.tar")).isEmpty();
  }

  @Test
  void allowsExactlyTheShare() {
    SkippedSamples skipped = allowing(0.01);
    skipped.seen(100);
    skipped.skip(sample("a.tar", 0), "it is empty");
    assertThatCode(skipped::requireFew).doesNotThrowAnyException();

    skipped.skip(sample("a.tar", 1), "it is empty");

    assertThatThrownBy(skipped::requireFew)
        .isInstanceOf(TaustreamException.class)
        .hasMessageContaining("2 of 100 samples")
        .hasMessageContaining("'k0' of a.tar: it is empty");
  }

  @Test
  void failsBeforeTheEndOnlyWhereThereAreEnoughToTell() {
    SkippedSamples skipped = allowing(0.01);
    skipped.seen(50);
    for (int i = 0; i < 49; i++) {
      skipped.skip(sample("a.tar", i), "it is text");
    }
    assertThatCode(skipped::requireFewSoFar).doesNotThrowAnyException();

    skipped.skip(sample("a.tar", 49), "it is text");

    assertThatThrownBy(skipped::requireFewSoFar).hasMessageContaining("50 of 50 samples");
  }

  @Test
  void countsFromManyThreads() {
    SkippedSamples skipped = allowing(1);

    IntStream.range(0, 2_000)
        .parallel()
        .forEach(
            i -> {
              skipped.seen(2);
              skipped.skip(sample("a.tar", i), "it is empty");
            });

    assertThat(skipped.count()).isEqualTo(2_000);
    assertThat(skipped.ordinals("a.tar")).hasSize(2_000).isSorted();
    assertThat(told).hasSize(2_000);
  }
}
