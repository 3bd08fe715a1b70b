package io.taustream.pipeline.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taustream.storage.TaustreamException;
import io.taustream.storage.object.ObjectUri;
import io.taustream.storage.sample.Shard;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WorkerPartTest {
  private static List<Shard> shards(String name, int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> "%s-%04d.tar".formatted(name, i))
        .map(file -> new Shard(file, ObjectUri.parse("s3://bucket/" + file, Path.of("")), 9, "v"))
        .toList();
  }

  @ParameterizedTest
  @CsvSource({"20, 4, 1", "20, 4, 3", "20, 4, 4", "6, 1, 4", "1, 1, 7", "3, 0, 5", "1281, 50, 16"})
  void partsAreAllShardsOnceAndOfOneSize(int train, int test, int workers) {
    List<Shard> trainShards = shards("train", train);
    List<Shard> testShards = shards("test", test);
    List<Shard> all = new ArrayList<>(trainShards);
    all.addAll(testShards);
    List<Shard> found = new ArrayList<>();
    List<Integer> sizes = new ArrayList<>();
    for (int worker = 1; worker <= workers; worker++) {
      WorkerPart part = new WorkerPart(worker, workers);
      List<Shard> own = new ArrayList<>(part.own(trainShards, 0));
      own.addAll(part.own(testShards, train));
      found.addAll(own);
      sizes.add(own.size());
    }

    assertThat(found).containsExactlyInAnyOrderElementsOf(all);
    assertThat(Collections.max(sizes) - Collections.min(sizes)).isLessThanOrEqualTo(1);
  }

  @Test
  void theOnlyWorkerHasAllShardsInTheirOrder() {
    assertThat(WorkerPart.whole().own(shards("train", 5), 0)).isEqualTo(shards("train", 5));
    assertThat(WorkerPart.parse("1/1")).isEqualTo(WorkerPart.whole());
  }

  @Test
  void readsWhatItWrites() {
    WorkerPart part = WorkerPart.parse("3/4");

    assertThat(part).isEqualTo(new WorkerPart(3, 4)).hasToString("3/4");
    assertThat(part.isWhole()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"0/4", "5/4", "0/0", "1/0", "-1/4", "1", "1/", "1 / 4", "a/b", "", "1/9999999999"})
  void refusesWhatIsNoWorker(String text) {
    assertThatThrownBy(() -> WorkerPart.parse(text))
        .isInstanceOf(TaustreamException.class)
        .hasMessageContainingAll("found " + text, "1/N to N/N", "1/4");
  }
}
