package io.taustream.ingest.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taustream.storage.TaustreamException;
import io.taustream.storage.object.ObjectNotFoundException;
import io.taustream.storage.sample.Shard;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

class DatasetTest {
  @TempDir private Path root;
  private Folder folder;

  @BeforeEach
  void openFolder() {
    folder = new Folder(root);
  }

  @AfterEach
  void closeFolder() {
    folder.close();
  }

  @Test
  void sortsShardsAndTakesEachOnce() throws IOException {
    folder.put("b-1.tar", new byte[1]).put("b-0.tar", new byte[2]).put("a.tar", new byte[3]);
    List<Shard> shards = folder.open(10, "b-{1,0}.tar", "*.tar").shards();
    assertThat(shards).extracting(Shard::name).containsExactly("a.tar", "b-0.tar", "b-1.tar");
    assertThat(shards).extracting(Shard::size).containsExactly(3L, 2L, 1L);
  }

  @Test
  void refusesTwoShardsOfOneName() throws IOException {
    folder.put("x/s.tar", new byte[1]).put("y/s.tar", new byte[1]);
    assertThatThrownBy(() -> folder.open(10, "*/s.tar"))
        .isInstanceOf(TaustreamException.class)
        .hasMessageContainingAll("x/s.tar", "y/s.tar");
  }

  @Test
  void saysWhereNoFormatFits() throws IOException {
    folder.put("s.zip", new byte[1]);
    assertThatThrownBy(() -> folder.open(10, "s.zip"))
        .hasMessageContainingAll("s.zip", "webdataset, idx, cifar, folder");
    assertThatThrownBy(() -> folder.open(Optional.of("zip"), 10, "s.zip"))
        .hasMessageContainingAll("'zip'", "webdataset, idx, cifar, folder");
    assertThatThrownBy(() -> folder.open(10, "s.tar", "s.bin"))
        .hasMessageContainingAll("s.tar looks like webdataset", "s.bin like cifar");
    assertThatThrownBy(() -> folder.open(10, "none.tar"))
        .isInstanceOf(ObjectNotFoundException.class);
  }

  @Test
  void readsAStatedFormatWhateverTheName() throws IOException {
    folder.put("shard", new Tars().addSamples(2, 10).end());
    Dataset dataset = folder.open(Optional.of("webdataset"), 10, "shard");
    assertThat(dataset.read(dataset.shards().get(0)).samples().count().block()).isEqualTo(2);
  }

  @Test
  void refusesAShardThatChangedSinceItWasListed() throws IOException {
    folder.put("s.tar", new Tars().addSamples(2, 10).end());
    Dataset dataset = folder.open(10, "s.tar");
    folder.put("s.tar", new Tars().addSamples(200, 10).end());
    assertThatThrownBy(() -> dataset.read(dataset.shards().get(0)).samples().blockLast())
        .isInstanceOf(TaustreamException.class)
        .hasMessageContaining("when it was listed");
  }

  @Test
  void readsMoreShardsAtOnceThanThereAreThreads() throws IOException {
    int shards = 3 * Schedulers.DEFAULT_BOUNDED_ELASTIC_SIZE;
    for (int i = 0; i < shards; i++) {
      folder.put("s" + i + ".tar", new Tars().addSamples(20, 60_000).end());
    }
    Dataset dataset = folder.open(10, "*.tar");

    Long samples =
        Flux.fromIterable(dataset.shards())
            .flatMap(shard -> dataset.read(shard).samples(), shards, 1)
            .count()
            .block(Duration.ofSeconds(30));

    assertThat(samples).isEqualTo(20L * shards);
  }

  @Test
  void readsTheShardsOfCifar10() {
    Path cifar = Path.of(System.getProperty("taustream.shared"), "data", "cifar10");
    Assumptions.assumeTrue(Files.isDirectory(cifar), "no CIFAR-10 shards in " + cifar);
    Dataset dataset = folder.open(10, cifar + "/cifar10-{train,test}-*.tar");
    assertThat(dataset.shards()).hasSize(24);
    for (Shard shard : dataset.shards()) {
      ShardReading reading = dataset.read(shard);
      List<Integer> labels = reading.samples().map(Sample::label).collectList().block();
      assertThat(labels).hasSize(2500).allSatisfy(label -> assertThat(label).isBetween(0, 9));
      assertThat(labels.stream().distinct()).hasSize(10);
      assertThat(reading.crc32c()).isPositive();
    }
  }

  @Test
  void readsTheBundledSample() {
    Path bundled = Path.of(System.getProperty("taustream.root"), "samples", "fashion-mnist");
    Assumptions.assumeTrue(Files.isDirectory(bundled), "no bundled sample in " + bundled);
    Dataset dataset = folder.open(10, bundled + "/*.tar.gz");
    assertThat(dataset.shards()).isNotEmpty();
    for (Shard shard : dataset.shards()) {
      assertThat(dataset.read(shard).samples().collectList().block())
          .isNotEmpty()
          .allSatisfy(sample -> assertThat(sample.label()).isBetween(0, 9));
    }
  }
}
