package io.taustream.pipeline.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.taustream.storage.object.ObjectStore;
import io.taustream.storage.object.ObjectStores;
import io.taustream.storage.object.ObjectUri;
import io.taustream.storage.object.S3TestServer;
import io.taustream.storage.object.WriteCondition;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code taustream label --watch} over a prefix on S3, with the labels there too. */
class LiveS3TeachersTest {
  @TempDir Path folder;

  private S3TestServer server;
  private ObjectStore objects;

  @BeforeEach
  void start() {
    server = S3TestServer.start();
    server.createBucket("bucket");
    objects = ObjectStores.open(Optional.of(server.settings()));
  }

  @AfterEach
  void stop() {
    objects.close();
    server.close();
  }

  @Test
  void takesUpGoodTeachersAndRefusesBadOnesWithoutARestart() {
    TinyRun run =
        WatchedRun.withoutTeacher(TinyRun.in(folder), "s3://bucket/teachers/")
            .edit("store: ./work/labels", "store: s3://bucket/labels")
            .edit(
                "device: cpu",
                "device: cpu\nstorage: {s3: {endpoint: \"%s\", path-style: true, region: us-east-1}}"
                    .formatted(server.endpoint()));
    List<String> flags =
        List.of(
            "-Daws.accessKeyId=" + server.credentials().accessKey(),
            "-Daws.secretAccessKey=" + server.credentials().secretKey());
    JsonNode json;
    try (ChildProcess child = WatchedRun.start(run, flags)) {
      WatchedRun.awaitLine(child, "Watching s3://bucket/teachers/");
      put("first.onnx", ColourModel.of(5));
      WatchedRun.awaitLine(child, "Labelled with first-", "4 shards, 4 of them now");
      assertThat(labelFiles()).hasSize(4).allMatch(name -> name.startsWith("first-"));

      put("cut.onnx", Arrays.copyOf(ColourModel.of(6), 60));
      WatchedRun.awaitLine(child, "Refused", "s3://bucket/teachers/cut.onnx", "not all of one");
      put("vit/split.onnx", ColourModel.withExternalData("data/weights.bin"));
      WatchedRun.awaitLine(child, "Refused", "split.onnx", "'data/weights.bin' is missing");
      put("vit/data/weights.bin", ColourModel.weights(7));
      WatchedRun.awaitLine(child, "Labelled with split-", "4 shards, 4 of them now");
      json = WatchedRun.stop(child);
    }

    assertThat(WatchedRun.watched(json, "first.onnx").get("state").asText()).isEqualTo("labelled");
    assertThat(WatchedRun.watched(json, "cut.onnx").get("state").asText()).isEqualTo("refused");
    assertThat(WatchedRun.watched(json, "split.onnx").get("state").asText()).isEqualTo("labelled");
    assertThat(labelFiles()).hasSize(8);
  }

  private void put(String name, byte[] content) {
    ObjectUri uri = new ObjectUri("s3", "bucket", "teachers/" + name);
    objects.write(uri, ByteBuffer.wrap(content), new WriteCondition.Always()).block();
  }

  /** By their path in the store. */
  private List<String> labelFiles() {
    String store = "labels/";
    return objects
        .list(new ObjectUri("s3", "bucket", store))
        .map(info -> info.uri().path().substring(store.length()))
        .filter(path -> path.endsWith(".arrow"))
        .collectList()
        .block();
  }
}
