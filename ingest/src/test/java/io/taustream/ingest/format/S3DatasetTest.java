package io.taustream.ingest.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taustream.storage.TaustreamException;
import io.taustream.storage.object.ObjectStore;
import io.taustream.storage.object.ObjectStores;
import io.taustream.storage.object.ObjectUri;
import io.taustream.storage.object.S3TestServer;
import io.taustream.storage.object.WriteCondition;
import io.taustream.storage.sample.Shard;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same data on a file system and on an S3 server give the same samples and checksums. */
class S3DatasetTest {
  private static S3TestServer server;
  private static ObjectStore store;
  @TempDir private Path root;

  @BeforeAll
  static void startServer() {
    server = S3TestServer.start();
    server.createBucket("data");
    store = ObjectStores.open(Optional.of(server.settings()));
  }

  @AfterAll
  static void stopServer() {
    store.close();
    server.close();
  }

  private void put(String name, byte[] content) {
    for (String base : List.of(root.toString(), "s3://data")) {
      ObjectUri uri = ObjectUri.parse(base + "/" + name, root);
      store.write(uri, ByteBuffer.wrap(content), new WriteCondition.Always()).block();
    }
  }

  private List<String> samples(String base, int classes, String pattern) {
    Dataset dataset =
        Dataset.open(
                store,
                new DatasetSpec(Optional.empty(), List.of(base + "/" + pattern), root, classes))
            .block();
    List<String> samples = new ArrayList<>();
    for (Shard shard : dataset.shards()) {
      ShardReading reading = dataset.read(shard);
      reading
          .samples()
          .map(
              s ->
                  "%s %d %s %d %d"
                      .formatted(
                          shard.name(),
                          s.ordinal(),
                          s.key(),
                          s.label(),
                          Arrays.hashCode(((Payload.Encoded) s.payload()).bytes())))
          .doOnNext(samples::add)
          .blockLast();
      samples.add("%s %08x".formatted(shard.name(), reading.crc32c()));
    }
    return samples;
  }

  @Test
  void readsTarsAsFromTheFileSystem() throws IOException {
    put("tars/a-0000.tar", new Tars().addSamples(30, 40_000).end());
    put("tars/a-0001.tar", new Tars().addSamples(3, 100).end());

    List<String> fromS3 = samples("s3://data", 10, "tars/a-*.tar");

    assertThat(fromS3).hasSize(35).isEqualTo(samples(root.toString(), 10, "tars/a-*.tar"));
  }

  @Test
  void readsFoldersAsFromTheFileSystem() {
    for (int i = 0; i < 40; i++) {
      byte[] image = new byte[i * 100];
      Arrays.fill(image, (byte) i);
      put("train/class%d/%d.png".formatted(i % 2, i), image);
    }

    List<String> fromS3 = samples("s3://data", 2, "train");

    assertThat(fromS3).hasSize(41).isEqualTo(samples(root.toString(), 2, "train"));
  }

  @Test
  void namesTheShardAndTheByteOfATruncation() throws IOException {
    byte[] tar = new Tars().addSamples(30, 40_000).end();
    put("cut.tar", Arrays.copyOf(tar, 700_000));

    assertThatThrownBy(() -> samples("s3://data", 10, "cut.tar"))
        .isInstanceOf(TaustreamException.class)
        .hasMessageContaining("s3://data/cut.tar")
        .hasMessageContaining("truncated at byte 700000");
  }
}
