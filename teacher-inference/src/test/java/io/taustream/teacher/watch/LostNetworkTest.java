package io.taustream.teacher.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.taustream.storage.object.ObjectStore;
import io.taustream.storage.object.ObjectStores;
import io.taustream.storage.object.ObjectUri;
import io.taustream.storage.object.S3TestServer;
import io.taustream.storage.object.WriteCondition;
import io.taustream.teacher.ModelParts;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.test.StepVerifier;

/** A watch on a real S3 server that cannot be reached for a while. */
class LostNetworkTest {
  private static final Duration INTERVAL = Duration.ofMillis(100);
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir Path cache;

  @Test
  void isOutlastedWithoutAnotherSightingOfWhatWasThere() throws IOException {
    try (S3TestServer server = S3TestServer.start();
        NetworkLine line = new NetworkLine(server.endpoint());
        ObjectStore near = ObjectStores.open(Optional.of(server.settings()));
        ObjectStore far =
            ObjectStores.open(
                Optional.of(
                    server.settings().withEndpoint(line.endpoint(), true).withRetries(0)))) {
      server.createBucket("bucket");
      TeacherWatch watch =
          new TeacherWatch(
              far,
              new ObjectUri("s3", "bucket", "teachers"),
              INTERVAL,
              new ModelParts(far, cache)::namedBy);
      StepVerifier.create(watch.sightings().map(Sighting::model))
          .then(() -> put(near, "before.onnx"))
          .expectNext(uri("before.onnx"))
          .then(line::cut)
          .then(() -> await(watch, true))
          .then(() -> assertThat(watch.status().fault().orElseThrow()).contains("bucket"))
          .then(() -> put(near, "meanwhile.onnx"))
          .then(line::mend)
          .then(() -> await(watch, false))
          .expectNext(uri("meanwhile.onnx"))
          .expectNoEvent(INTERVAL.multipliedBy(5))
          .thenCancel()
          .verify(PATIENCE);
    }
  }

  private static ObjectUri uri(String name) {
    return new ObjectUri("s3", "bucket", "teachers/" + name);
  }

  private static void put(ObjectStore store, String name) {
    store
        .write(uri(name), ByteBuffer.wrap(new byte[] {1, 2, 3}), new WriteCondition.Always())
        .block();
  }

  /** Waits until listings fail, or do not. */
  private static void await(TeacherWatch watch, boolean fault) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (watch.status().fault().isPresent() != fault) {
      assertThat(System.nanoTime()).isLessThan(end);
      try {
        Thread.sleep(10);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError(e);
      }
    }
  }
}
