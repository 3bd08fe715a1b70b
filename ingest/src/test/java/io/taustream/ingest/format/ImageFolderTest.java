package io.taustream.ingest.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taustream.storage.TaustreamException;
import io.taustream.storage.object.ObjectUri;
import io.taustream.storage.sample.Shard;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.test.StepVerifier;

class ImageFolderTest {
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
  void labelsImagesByTheirFolder() throws IOException {
    folder.put("train/dog/b.JPG", new byte[] {3}).put("train/cat/a.png", new byte[] {1});
    folder.put("train/dog/a.jpeg", new byte[] {2}).put("train/dog/notes.txt", new byte[] {9});
    ShardReading reading = folder.reading(2, "train/");
    List<Sample> samples = reading.samples().collectList().block();
    assertThat(samples)
        .extracting(Sample::key)
        .containsExactly("cat/a.png", "dog/a.jpeg", "dog/b.JPG");
    assertThat(samples).extracting(Sample::label).containsExactly(0, 1, 1);
    assertThat(reading.crc32c()).isEqualTo(Folder.crc32c(new byte[] {1, 2, 3}));
    Shard shard = reading.shard();
    assertThat(shard.name()).isEqualTo("train-0000-of-0001");
    assertThat(shard.uri()).isEqualTo(ObjectUri.ofFile(root.resolve("train/" + shard.name())));
    assertThat(shard.size()).isEqualTo(3);
  }

  @Test
  void givesAChangedImageAnotherVersion() throws IOException {
    folder.put("train/cat/a.png", new byte[1]);
    Shard before = folder.open(1, "train").shards().get(0);
    assertThat(folder.open(1, "train").shards()).containsExactly(before);
    folder.put("train/cat/a.png", new byte[2]);
    assertThat(folder.open(1, "train").shards().get(0).version()).isNotEqualTo(before.version());
  }

  @Test
  void dividesManyImagesIntoShardsOfAboutAThousand() throws IOException {
    for (int i = 0; i < 3000; i++) {
      folder.put("train/c" + i % 3 + "/" + i + ".png", new byte[] {(byte) i});
    }
    Dataset dataset = folder.open(3, "train");
    assertThat(dataset.shards())
        .extracting(Shard::name)
        .containsExactly(
            "train-0000-of-0004", "train-0001-of-0004", "train-0002-of-0004", "train-0003-of-0004");
    Map<Shard, List<String>> keys =
        dataset.shards().stream().collect(Collectors.toMap(s -> s, s -> keys(dataset, s)));
    assertThat(keys.values()).allSatisfy(k -> assertThat(k.size()).isBetween(600, 900));
    List<String> all = new ArrayList<>();
    keys.values().forEach(all::addAll);
    assertThat(all).hasSize(3000).doesNotHaveDuplicates();
  }

  @Test
  void endsEveryReadAheadWhereItIsCancelled() throws IOException {
    for (int i = 0; i < 30; i++) {
      folder.put("train/c/" + (10 + i) + ".png", new byte[] {(byte) i});
    }
    Dataset dataset = folder.open(1, "train");

    StepVerifier.create(dataset.read(dataset.shards().get(0)).samples().map(Sample::key), 0)
        .thenRequest(2)
        .expectNext("c/10.png", "c/11.png")
        .thenCancel()
        .verify();
    assertThat(keys(dataset, dataset.shards().get(0))).hasSize(30).isSorted();
  }

  @Test
  void keepsOtherShardsWhereAnImageIsAdded() throws IOException {
    for (int i = 0; i < 1600; i++) {
      folder.put("train/c/" + i + ".png", new byte[1]);
    }
    List<Shard> before = folder.open(1, "train").shards();
    folder.put("train/c/another.png", new byte[1]);
    List<Shard> after = folder.open(1, "train").shards();
    assertThat(before).hasSize(2);
    assertThat(after).hasSize(2).filteredOn(before::contains).hasSize(1);
  }

  @Test
  void refusesFoldersThatDoNotFit() throws IOException {
    folder.put("train/cat/a.png", new byte[1]).put("train/dog/a.png", new byte[1]);
    assertThatThrownBy(() -> folder.open(3, "train"))
        .isInstanceOf(TaustreamException.class)
        .hasMessageContainingAll("2 class folders (cat, dog)", "3 classes");
    folder.put("train/a.png", new byte[1]);
    assertThatThrownBy(() -> folder.open(2, "train"))
        .hasMessageContainingAll("train/a.png", "no class folder");
    assertThatThrownBy(() -> folder.open(2, "none")).hasMessageContaining("holds no images");
  }

  private static List<String> keys(Dataset dataset, Shard shard) {
    return dataset.read(shard).samples().map(Sample::key).collectList().block();
  }
}
