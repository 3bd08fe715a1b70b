package io.taustream.storage.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Removing an object only in the version that was seen, on disk and on S3. */
@Timeout(60)
class ConditionalDeleteTest {
  @TempDir static Path folder;
  private static S3TestServer server;
  private static ObjectStore objects;

  @BeforeAll
  static void open() {
    server = S3TestServer.start();
    server.createBucket("bucket");
    objects = ObjectStores.open(Optional.of(server.settings()));
  }

  @AfterAll
  static void close() {
    objects.close();
    server.close();
  }

  private static List<ObjectUri> places(String name) {
    return List.of(
        ObjectUri.ofFile(folder.resolve("store").resolve(name)),
        new ObjectUri("s3", "bucket", name));
  }

  private static ObjectInfo write(ObjectUri uri, String content) {
    ByteBuffer bytes = ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8));
    return objects.write(uri, bytes, new WriteCondition.Always()).block();
  }

  @Test
  void removesTheVersionThatWasSeen() {
    for (ObjectUri uri : places("seen")) {
      ObjectInfo seen = write(uri, "one");

      objects.delete(seen).block();

      assertThatThrownBy(() -> objects.stat(uri).block())
          .isInstanceOf(ObjectNotFoundException.class);
    }
  }

  @Test
  void leavesAVersionThatWasWrittenMeanwhile() {
    for (ObjectUri uri : places("newer")) {
      ObjectInfo seen = write(uri, "one");
      ObjectInfo newer = write(uri, "another");

      assertThatThrownBy(() -> objects.delete(seen).block())
          .isInstanceOf(PreconditionFailedException.class)
          .hasMessageContaining("newer");

      assertThat(objects.stat(uri).block()).isEqualTo(newer);
    }
  }

  @Test
  void whatIsGoneIsNotTheVersionThatWasSeen() {
    for (ObjectUri uri : places("gone")) {
      ObjectInfo seen = write(uri, "one");
      objects.delete(uri).block();

      assertThatThrownBy(() -> objects.delete(seen).block())
          .isInstanceOf(PreconditionFailedException.class)
          .hasMessageContaining("gone");
    }
  }
}
