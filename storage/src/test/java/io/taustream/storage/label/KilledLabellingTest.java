package io.taustream.storage.label;

import static org.assertj.core.api.Assertions.assertThat;

import io.taustream.storage.object.ObjectStore;
import io.taustream.storage.object.ObjectStores;
import io.taustream.storage.object.ObjectUri;
import io.taustream.storage.sample.Shard;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Processes that label are killed; what they leave is whole, and going on gives the same bytes. */
@Timeout(180)
class KilledLabellingTest {
  private static final int SHARDS = 60;
  private static final int KILLS = 4;

  @TempDir Path folder;

  /** Labels every shard that is not complete. Arguments: store, scratch. */
  public static void main(String[] args) {
    try (RootAllocator allocator = new RootAllocator();
        ObjectStore objects = ObjectStores.open(Optional.empty());
        SoftLabelStore store = open(objects, Path.of(args[0]), Path.of(args[1]), allocator)) {
      for (int i = 0; i < SHARDS; i++) {
        Labels labels = labels(i);
        if (!(store.status(labels.shard()).block() instanceof LabelStatus.Complete)) {
          labels.store(store, allocator);
        }
        if (i == 1) {
          Files.createFile(
              Path.of(args[0]).resolveSibling("begun-" + ProcessHandle.current().pid()));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void nothingIsLostOrDoubled() throws Exception {
    Path killedRoot = folder.resolve("killed");
    Path scratch = folder.resolve("scratch");
    Random random = new Random(3);
    for (int kill = 0; kill < KILLS; kill++) {
      Process process = start(killedRoot, scratch);
      Path begun = folder.resolve("begun-" + process.pid());
      while (process.isAlive() && !Files.exists(begun)) {
        Thread.sleep(5);
      }
      process.waitFor(random.nextInt(60), TimeUnit.MILLISECONDS);
      process.destroyForcibly().waitFor();
      requireWholeFiles(killedRoot);
    }
    main(new String[] {killedRoot.toString(), scratch.toString()});

    Path quietRoot = folder.resolve("quiet");
    Files.deleteIfExists(folder.resolve("begun-" + ProcessHandle.current().pid()));
    main(new String[] {quietRoot.toString(), scratch.toString()});
    assertThat(labelFiles(killedRoot)).hasSize(SHARDS);
    for (Path file : labelFiles(killedRoot)) {
      assertThat(Files.readAllBytes(file))
          .isEqualTo(Files.readAllBytes(quietRoot.resolve(killedRoot.relativize(file))));
    }
    try (Stream<Path> left = Files.list(scratch)) {
      assertThat(left.filter(Files::isDirectory)).as("scratch of killed processes").isEmpty();
    }
  }

  private Process start(Path root, Path scratch) throws IOException {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--add-opens=java.base/java.nio=ALL-UNNAMED",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            KilledLabellingTest.class.getName(),
            root.toString(),
            scratch.toString());
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()))
        .start();
  }

  private static void requireWholeFiles(Path root) throws IOException {
    assertThat(labelFiles(root)).isNotEmpty();
    for (Path path : labelFiles(root)) {
      try (RootAllocator allocator = new RootAllocator();
          LabelFile file = LabelFile.open(path, allocator)) {
        assertThat(file.verify()).isEmpty();
      }
    }
  }

  private static List<Path> labelFiles(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .filter(p -> p.getFileName().toString().matches("shard-.*\\.tar\\.arrow"))
          .toList();
    }
  }

  private static Labels labels(int i) {
    String name = "shard-%02d.tar".formatted(i);
    Shard shard = new Shard(name, new ObjectUri("s3", "bucket", name), 1000 + i, "etag");
    return Labels.of(new DenseF16(), 4, 10, 100).withSkipped(3).withShard(shard);
  }

  private static SoftLabelStore open(
      ObjectStore objects, Path root, Path scratch, RootAllocator allocator) {
    return SoftLabelStore.open(
        objects,
        ObjectUri.ofFile(root),
        labels(0).set(),
        labels(0).views(),
        scratch,
        allocator,
        "1.0");
  }
}
