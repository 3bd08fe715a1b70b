package io.taustream.storage.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taustream.storage.TaustreamException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

class FileObjectStoreTest {
  private static final WriteCondition ALWAYS = new WriteCondition.Always();
  private static final WriteCondition IF_ABSENT = new WriteCondition.IfAbsent();

  @TempDir private Path folder;
  private final ObjectStore store = ObjectStores.open(Optional.empty());

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void readsAFileWholeInItsOrder() throws IOException {
    byte[] content = randomBytes(3 * FileObjectStore.CHUNK + 17);
    Path file = Files.write(folder.resolve("data"), content);

    assertThat(join(store.read(ObjectUri.ofFile(file)))).isEqualTo(content);
  }

  @Test
  void readsAnEmptyFileAsNoBuffers() throws IOException {
    Path file = Files.createFile(folder.resolve("empty"));

    StepVerifier.create(store.read(ObjectUri.ofFile(file))).verifyComplete();
  }

  @Test
  void readsARange() throws IOException {
    byte[] content = randomBytes(2 * FileObjectStore.CHUNK);
    ObjectUri uri = ObjectUri.ofFile(Files.write(folder.resolve("data"), content));

    assertThat(join(store.read(uri, 1000, FileObjectStore.CHUNK + 5)))
        .isEqualTo(java.util.Arrays.copyOfRange(content, 1000, 1000 + FileObjectStore.CHUNK + 5));
    assertThat(join(store.read(uri, 5, 0))).isEmpty();
  }

  @Test
  void saysWhereARangeRunsPastTheEnd() throws IOException {
    ObjectUri uri = ObjectUri.ofFile(Files.write(folder.resolve("data"), new byte[10]));

    for (Flux<ByteBuffer> read : List.of(store.read(uri, 5, 6), store.read(uri, 11, 1))) {
      assertThatThrownBy(() -> join(read))
          .isInstanceOf(TaustreamException.class)
          .hasMessageContaining("data ends at byte 10, but bytes up to 11 were expected");
    }
  }

  @Test
  void readsNoFurtherThanWhatWasAskedFor() throws IOException {
    Path file = Files.write(folder.resolve("data"), randomBytes(8 * FileObjectStore.CHUNK));
    AtomicInteger emitted = new AtomicInteger();

    StepVerifier.create(
            store.read(ObjectUri.ofFile(file)).doOnNext(b -> emitted.incrementAndGet()), 0)
        .expectSubscription()
        .thenRequest(2)
        .expectNextCount(2)
        .then(() -> assertThat(emitted).hasValue(2))
        .thenCancel()
        .verify();
    assertThat(emitted).hasValue(2);
  }

  @Test
  void namesTheMissingFileOrFolder() {
    assertThatThrownBy(() -> store.stat(uri("none")).block())
        .isInstanceOf(ObjectNotFoundException.class)
        .hasMessageContaining("none does not exist; check the name");
    assertThatThrownBy(() -> join(store.read(uri("no/such/file"))))
        .isInstanceOf(ObjectNotFoundException.class)
        .hasMessageContaining("its folder " + folder.resolve("no") + " does not exist");
  }

  @Test
  void refusesAFolder() throws IOException {
    Files.createDirectory(folder.resolve("sub"));

    assertThatThrownBy(() -> store.stat(uri("sub")).block()).hasMessageContaining("is a folder");
    assertThatThrownBy(() -> join(store.read(uri("sub")))).hasMessageContaining("is a folder");
    assertThatThrownBy(() -> store.write(uri("sub"), bytes("x"), ALWAYS).block())
        .hasMessageContaining("is a folder");
    assertThatThrownBy(() -> store.delete(uri("sub")).block()).hasMessageContaining("is a folder");
  }

  @Test
  void saysWhereAPermissionIsMissing() throws IOException {
    Path file = Files.write(folder.resolve("secret"), new byte[1]);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("---------"));
    Assumptions.assumeFalse(Files.isReadable(file), "root may read everything");

    assertThatThrownBy(() -> join(store.read(uri("secret"))))
        .isInstanceOf(TaustreamException.class)
        .hasMessageContaining("no permission to read " + file);
  }

  @Test
  void listsInTheOrderOfTheNames() throws IOException {
    for (String name : List.of("b/2", "b/1", "b.txt", "a", "bc/deep/x", "c")) {
      Files.createDirectories(folder.resolve(name).getParent());
      Files.write(folder.resolve(name), new byte[3]);
    }
    Files.createFile(folder.resolve(".taustream-left-over.tmp"));

    assertThat(names(store.list(uri("").child(""))))
        .containsExactly("a", "b.txt", "b/1", "b/2", "bc/deep/x", "c");
    assertThat(names(store.list(uri("b")))).containsExactly("b.txt", "b/1", "b/2", "bc/deep/x");
    assertThat(names(store.list(uri("b"), 1))).containsExactly("b.txt", "b/1", "b/2");
    assertThat(names(store.list(uri("b"), 0))).containsExactly("b.txt");
    assertThat(names(store.list(uri("no/such/folder")))).isEmpty();
  }

  @Test
  void followsLinksButNotBackUp() throws IOException {
    Files.createDirectory(folder.resolve("real"));
    Files.write(folder.resolve("real/x"), new byte[1]);
    Files.createSymbolicLink(folder.resolve("link"), folder.resolve("real"));
    Files.createSymbolicLink(folder.resolve("real/up"), folder);

    assertThat(names(store.list(uri("").child("")))).containsExactly("link/x", "real/x");
  }

  @Test
  void writesWholeAndMakesTheFolders() throws IOException {
    ObjectInfo written = store.write(uri("a/b/c"), bytes("one"), ALWAYS).block();

    assertThat(folder.resolve("a/b/c")).hasContent("one");
    assertThat(store.stat(uri("a/b/c")).block()).isEqualTo(written);
    assertThat(folder.resolve("a/b")).isDirectoryNotContaining(p -> p.toString().endsWith(".tmp"));
  }

  @Test
  void writesFromALocalFile() throws IOException {
    byte[] content = randomBytes(1_000_000);
    Path source = Files.write(folder.resolve("source"), content);

    store.write(uri("copy"), source, ALWAYS).block();

    assertThat(folder.resolve("copy")).hasBinaryContent(content);
  }

  @Test
  void aSubscribedWriteLeavesTheCallersBufferAsItIs() {
    ByteBuffer content = bytes("one");

    store.write(uri("x"), content, ALWAYS).block();
    store.write(uri("y"), content, ALWAYS).block();

    assertThat(content.remaining()).isEqualTo(3);
    assertThat(folder.resolve("y")).hasContent("one");
  }

  @Test
  void everyVersionDiffersFromTheOneBefore() {
    String version = "";
    for (int i = 0; i < 50; i++) {
      ObjectInfo written = store.write(uri("x"), bytes("v" + i), ALWAYS).block();
      assertThat(written.version()).isNotEqualTo(version);
      assertThat(store.stat(uri("x")).block()).isEqualTo(written);
      version = written.version();
    }
  }

  @Test
  void writesOnlyWhereNothingIs() {
    store.write(uri("x"), bytes("first"), IF_ABSENT).block();

    assertThatThrownBy(() -> store.write(uri("x"), bytes("second"), IF_ABSENT).block())
        .isInstanceOf(PreconditionFailedException.class)
        .hasMessageContaining("x exists already");
    assertThat(folder.resolve("x")).hasContent("first");
  }

  @Test
  void oneOfManyConcurrentWritersWins() {
    for (int round = 0; round < 20; round++) {
      ObjectUri target = uri("race" + round);
      Long winners =
          Flux.range(0, 8)
              .flatMap(
                  i ->
                      store
                          .write(target, bytes("w" + i), IF_ABSENT)
                          .subscribeOn(Schedulers.parallel())
                          .onErrorComplete(PreconditionFailedException.class))
              .count()
              .block();
      assertThat(winners).isEqualTo(1);
    }
  }

  @Test
  void writesOnlyOverTheExpectedVersion() {
    ObjectInfo first = store.write(uri("x"), bytes("1"), ALWAYS).block();
    WriteCondition overFirst = new WriteCondition.IfVersion(first.version());

    store.write(uri("x"), bytes("2"), overFirst).block();

    assertThatThrownBy(() -> store.write(uri("x"), bytes("3"), overFirst).block())
        .isInstanceOf(PreconditionFailedException.class)
        .hasMessageContaining("another process wrote it");
    assertThat(folder.resolve("x")).hasContent("2");
    assertThatThrownBy(() -> store.write(uri("gone"), bytes("3"), overFirst).block())
        .isInstanceOf(PreconditionFailedException.class)
        .hasMessageContaining("is gone");
    assertThat(names(store.list(uri("").child("")))).containsExactly("x");
  }

  @Test
  void oneOfManyConcurrentWritersOverAVersionWins() {
    String version = store.write(uri("x"), bytes("0"), ALWAYS).block().version();

    Long winners =
        Flux.range(0, 8)
            .flatMap(
                i ->
                    store
                        .write(uri("x"), bytes("w" + i), new WriteCondition.IfVersion(version))
                        .onErrorComplete(PreconditionFailedException.class))
            .count()
            .block();

    assertThat(winners).isEqualTo(1);
  }

  @Test
  void removesHiddenFilesOfKilledWritersAfterADay() throws IOException {
    Path old = Files.createFile(folder.resolve(".taustream-old.tmp"));
    Path fresh = Files.createFile(folder.resolve(".taustream-fresh.tmp"));
    Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(2, ChronoUnit.DAYS)));

    store.write(uri("x"), bytes("1"), ALWAYS).block();

    assertThat(old).doesNotExist();
    assertThat(fresh).exists();
  }

  @Test
  void deletesAndDoesNotMindAMissingFile() {
    store.write(uri("x"), bytes("1"), ALWAYS).block();

    store.delete(uri("x")).block();
    store.delete(uri("x")).block();

    assertThat(folder.resolve("x")).doesNotExist();
  }

  @Test
  void refusesRequestsOnceClosed() {
    store.close();

    assertThatThrownBy(() -> store.stat(uri("x")).block())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }

  private ObjectUri uri(String name) {
    return ObjectUri.ofFile(folder.resolve(name));
  }

  private List<String> names(Flux<ObjectInfo> objects) {
    return objects.map(o -> folder.relativize(o.uri().toPath()).toString()).collectList().block();
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] randomBytes(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }

  static byte[] join(Flux<ByteBuffer> buffers) {
    return buffers
        .collect(
            ByteArrayOutputStream::new,
            (out, buffer) -> {
              byte[] part = new byte[buffer.remaining()];
              buffer.get(part);
              out.write(part, 0, part.length);
            })
        .block()
        .toByteArray();
  }
}
