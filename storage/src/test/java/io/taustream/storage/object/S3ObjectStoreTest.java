package io.taustream.storage.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taustream.storage.TaustreamException;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;
import software.amazon.awssdk.services.s3.S3AsyncClient;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
class S3ObjectStoreTest {
  private static final WriteCondition ALWAYS = new WriteCondition.Always();
  private static final WriteCondition IF_ABSENT = new WriteCondition.IfAbsent();
  private static final int MIB = 1 << 20;

  private final S3TestServer server = S3TestServer.start();
  private final S3Settings settings = server.settings();
  private final ObjectStore store = ObjectStores.open(Optional.of(settings));
  private final byte[] content = new byte[24 * MIB];
  private final ObjectUri large = uri("large");
  @TempDir private Path folder;

  @BeforeAll
  void fill() {
    server.createBucket("test");
    new Random(1).nextBytes(content);
    store.write(large, ByteBuffer.wrap(content), ALWAYS).block();
  }

  @AfterAll
  void close() {
    store.close();
    server.close();
  }

  @Test
  void readsWhatItWrote() {
    ObjectInfo written = store.write(uri("a b/ü+%"), bytes("hello"), ALWAYS).block();

    assertThat(store.stat(uri("a b/ü+%")).block()).isEqualTo(written);
    assertThat(written.size()).isEqualTo(5);
    assertThat(read(store, uri("a b/ü+%"))).isEqualTo("hello");
    assertThat(store.list(uri("a b/")).collectList().block()).containsExactly(written);
  }

  @Test
  void readsALargeObjectWhole() {
    assertThat(FileObjectStoreTest.join(store.read(large))).isEqualTo(content);
  }

  @Test
  void readsAnEmptyObjectAsNoBytes() {
    store.write(uri("empty"), bytes(""), ALWAYS).block();

    assertThat(FileObjectStoreTest.join(store.read(uri("empty")))).isEmpty();
  }

  @Test
  void readsARange() {
    assertThat(FileObjectStoreTest.join(store.read(large, 12_345, 2_000_001)))
        .isEqualTo(Arrays.copyOfRange(content, 12_345, 12_345 + 2_000_001));
  }

  @Test
  void saysWhereARangeRunsPastTheEnd() {
    assertThatThrownBy(() -> FileObjectStoreTest.join(store.read(large, content.length - 5, 6)))
        .isInstanceOf(TaustreamException.class)
        .hasMessageContaining("large ends at byte " + content.length);
    assertThatThrownBy(() -> FileObjectStoreTest.join(store.read(large, content.length + 1, 6)))
        .isInstanceOf(TaustreamException.class)
        .hasMessageContaining("large ends before byte");
  }

  @Test
  void pullsNoFurtherThanWhatWasAskedFor() throws IOException {
    try (FaultyProxy proxy = new FaultyProxy(server.endpoint());
        ObjectStore slow = through(proxy)) {
      StepVerifier.create(slow.read(large), 0)
          .thenRequest(3)
          .expectNextCount(3)
          .thenAwait(Duration.ofSeconds(1))
          .then(() -> assertThat(proxy.received()).isLessThan(12 * MIB))
          .thenRequest(Long.MAX_VALUE)
          .thenConsumeWhile(buffer -> true)
          .verifyComplete();
      assertThat(proxy.received()).isGreaterThan(content.length);
    }
  }

  @Test
  void aCancelledReadGivesItsConnectionBack() {
    S3Settings few =
        new S3Settings(
            settings.endpoint(),
            true,
            settings.region(),
            settings.credentials(),
            settings.connectTimeout(),
            settings.idleTimeout(),
            0,
            2);
    try (ObjectStore narrow = ObjectStores.open(Optional.of(few))) {
      for (int i = 0; i < 20; i++) {
        assertThat(narrow.read(large).take(1).count().block()).isEqualTo(1);
        narrow.read(large).subscribe().dispose();
      }
      assertThat(FileObjectStoreTest.join(narrow.read(large))).isEqualTo(content);
    }
  }

  @Test
  void readsOnWhereAConnectionBroke() throws IOException {
    try (FaultyProxy proxy = new FaultyProxy(server.endpoint());
        ObjectStore broken = through(proxy)) {
      proxy.cutAfter(5 * MIB + 7, () -> {});
      proxy.cutAfter(3 * MIB, () -> {});

      assertThat(FileObjectStoreTest.join(broken.read(large))).isEqualTo(content);
      assertThat(proxy.requests()).isEqualTo(3);
    }
  }

  @Test
  void readsOnInARangeWhereAConnectionBroke() throws IOException {
    try (FaultyProxy proxy = new FaultyProxy(server.endpoint());
        ObjectStore broken = through(proxy)) {
      proxy.cutAfter(MIB, () -> {});

      assertThat(FileObjectStoreTest.join(broken.read(large, 99, 3 * MIB)))
          .isEqualTo(Arrays.copyOfRange(content, 99, 99 + 3 * MIB));
    }
  }

  @Test
  void neverMixesTwoVersions() throws IOException {
    ObjectUri changing = uri("changing");
    store.write(changing, ByteBuffer.wrap(content), ALWAYS).block();
    try (FaultyProxy proxy = new FaultyProxy(server.endpoint());
        ObjectStore broken = through(proxy)) {
      proxy.cutAfter(
          5 * MIB,
          () -> store.write(changing, ByteBuffer.wrap(new byte[content.length]), ALWAYS).block());

      assertThatThrownBy(() -> FileObjectStoreTest.join(broken.read(changing)))
          .isInstanceOf(TaustreamException.class)
          .hasMessageContaining("changed or removed while it was read");
    }
  }

  @Test
  void readsOnWhereAConnectionFellSilent() throws IOException {
    try (FaultyProxy proxy = new FaultyProxy(server.endpoint());
        ObjectStore silent =
            ObjectStores.open(
                Optional.of(
                    settings
                        .withEndpoint(proxy.endpoint(), true)
                        .withTimeouts(Duration.ofSeconds(1), Duration.ofSeconds(1))))) {
      proxy.stallAfter(2 * MIB);

      assertThat(FileObjectStoreTest.join(silent.read(large))).isEqualTo(content);
    }
  }

  @Test
  void aSlowReceiverIsNoSilentConnection() {
    S3Settings impatient =
        settings.withTimeouts(Duration.ofSeconds(1), Duration.ofSeconds(1)).withRetries(0);
    try (ObjectStore strict = ObjectStores.open(Optional.of(impatient))) {
      StepVerifier.create(strict.read(large), 0)
          .thenRequest(1)
          .expectNextCount(1)
          .thenAwait(Duration.ofSeconds(3))
          .thenRequest(Long.MAX_VALUE)
          .thenConsumeWhile(buffer -> true)
          .verifyComplete();
    }
  }

  @Test
  void asksAgainWhereNoAnswerCame() throws IOException {
    S3Settings impatient = settings.withTimeouts(Duration.ofSeconds(2), Duration.ofSeconds(2));
    try (FaultyProxy proxy = new FaultyProxy(server.endpoint());
        ObjectStore patient =
            ObjectStores.open(Optional.of(impatient.withEndpoint(proxy.endpoint(), true)));
        ObjectStore once =
            ObjectStores.open(
                Optional.of(impatient.withEndpoint(proxy.endpoint(), true).withRetries(0)))) {
      proxy.stallAfter(0);
      assertThat(patient.stat(large).block().size()).isEqualTo(content.length);

      proxy.stallAfter(0);
      assertThatThrownBy(() -> once.stat(large).block())
          .isInstanceOf(TaustreamException.class)
          .hasMessageContaining("did not answer in 2 s to read s3://test/large");
    }
  }

  @Test
  void asksAgainWhenToldToSlowDown() throws IOException {
    try (FaultyProxy proxy = new FaultyProxy(server.endpoint());
        ObjectStore busy = through(proxy)) {
      proxy.slowDown();
      proxy.slowDown();

      assertThat(busy.stat(large).block().size()).isEqualTo(content.length);
      assertThat(proxy.requests()).isEqualTo(3);
    }
  }

  @Test
  void givesUpOnAServerThatStaysBusy() throws IOException {
    try (FaultyProxy proxy = new FaultyProxy(server.endpoint());
        ObjectStore busy = through(proxy)) {
      for (int i = 0; i < 4; i++) {
        proxy.slowDown();
      }

      assertThatThrownBy(() -> read(busy, large))
          .isInstanceOf(TaustreamException.class)
          .hasMessageContaining("503")
          .hasMessageContaining("try later");
    }
  }

  @Test
  void listsAllPagesInOrder() {
    server.createBucket("many");
    try (S3ObjectStore paged = cut(S3Upload.Cut.DEFAULT, 7)) {
      List<ObjectUri> written =
          Flux.range(0, 40)
              .map(i -> ObjectUri.parse("s3://many/p/%03d".formatted(i), folder))
              .flatMapSequential(uri -> store.write(uri, bytes("x"), ALWAYS), 8)
              .map(ObjectInfo::uri)
              .collectList()
              .block();

      assertThat(
              paged
                  .list(ObjectUri.parse("s3://many/p/", folder))
                  .map(ObjectInfo::uri)
                  .collectList()
                  .block())
          .isEqualTo(written);
      assertThat(paged.list(ObjectUri.parse("s3://many/p/03", folder)).count().block())
          .isEqualTo(10);
      assertThat(paged.list(ObjectUri.parse("s3://many/q", folder)).count().block()).isZero();
    }
  }

  @Test
  void asksForAPageOnlyWhenItIsNeeded() throws IOException {
    Flux.range(0, 12).flatMap(i -> store.write(uri("page/" + i), bytes("x"), ALWAYS)).blockLast();
    try (FaultyProxy proxy = new FaultyProxy(server.endpoint());
        S3ObjectStore paged =
            new S3ObjectStore(
                S3Clients.open(settings.withEndpoint(proxy.endpoint(), true)),
                settings,
                S3Upload.Cut.DEFAULT,
                2)) {
      assertThat(paged.list(uri("page/")).take(3).count().block()).isEqualTo(3);
      assertThat(proxy.requests()).isLessThanOrEqualTo(3);
    }
  }

  @Test
  void listsWithoutDeeperFolders() {
    for (String name : List.of("d/a", "d/b/c", "d/b/e/f")) {
      store.write(uri(name), bytes("x"), ALWAYS).block();
    }

    assertThat(store.list(uri("d/"), 0).map(o -> o.uri().path()).collectList().block())
        .containsExactly("d/a");
    assertThat(store.list(uri("d/"), 1).map(o -> o.uri().path()).collectList().block())
        .containsExactly("d/a", "d/b/c");
  }

  @Test
  void expandsPatterns() {
    for (String name : List.of("t/s-0.tar", "t/s-1.tar", "t/x.txt")) {
      store.write(uri(name), bytes("x"), ALWAYS).block();
    }

    assertThat(expand("s3://test/t/*-?.tar")).containsExactly("t/s-0.tar", "t/s-1.tar");
    assertThat(expand("s3://test/t/s-{0..1}.tar")).containsExactly("t/s-0.tar", "t/s-1.tar");
    assertThatThrownBy(() -> expand("s3://test/t/s-{0..2}.tar"))
        .isInstanceOf(ObjectNotFoundException.class)
        .hasMessageContaining("s3://test/t/s-2.tar does not exist");
    assertThatThrownBy(() -> expand("s3://test/t/*.zip"))
        .isInstanceOf(ObjectNotFoundException.class)
        .hasMessageContaining("of the 3 objects whose names begin with s3://test/t/");
  }

  @Test
  void writesOnlyWhereNothingIs() {
    store.write(uri("once"), bytes("first"), IF_ABSENT).block();

    assertThatThrownBy(() -> store.write(uri("once"), bytes("second"), IF_ABSENT).block())
        .isInstanceOf(PreconditionFailedException.class)
        .hasMessageContaining("s3://test/once exists already");
    assertThat(read(store, uri("once"))).isEqualTo("first");
  }

  @Test
  void writesOnlyOverTheExpectedVersion() {
    ObjectInfo first = store.write(uri("versioned"), bytes("1"), ALWAYS).block();
    WriteCondition overFirst = new WriteCondition.IfVersion(first.version());

    store.write(uri("versioned"), bytes("2"), overFirst).block();

    assertThatThrownBy(() -> store.write(uri("versioned"), bytes("3"), overFirst).block())
        .isInstanceOf(PreconditionFailedException.class);
    assertThat(read(store, uri("versioned"))).isEqualTo("2");
  }

  @Test
  void aWriteWhoseAnswerGotLostIsDone() throws IOException {
    try (FaultyProxy proxy = new FaultyProxy(server.endpoint());
        ObjectStore broken = through(proxy)) {
      proxy.cutAfter(0, () -> {});

      ObjectInfo written = broken.write(uri("lost"), bytes("mine"), IF_ABSENT).block();

      assertThat(store.stat(uri("lost")).block()).isEqualTo(written);
      assertThat(proxy.requests()).isGreaterThan(1);
    }
  }

  @Test
  void writesALocalFile() throws IOException {
    Path file = Files.write(folder.resolve("f"), content);

    ObjectInfo written = store.write(uri("from-file"), file, IF_ABSENT).block();

    assertThat(written.size()).isEqualTo(content.length);
    assertThat(FileObjectStoreTest.join(store.read(uri("from-file")))).isEqualTo(content);
  }

  @Test
  void writesLargeFilesInParts() throws IOException {
    Path file = Files.write(folder.resolve("parts"), content);
    try (S3ObjectStore parted = cut(new S3Upload.Cut(6 * MIB, 5 * MIB), 1000)) {
      ObjectInfo written = parted.write(uri("parts"), file, IF_ABSENT).block();

      assertThat(store.stat(uri("parts")).block()).isEqualTo(written);
      assertThat(FileObjectStoreTest.join(store.read(uri("parts")))).isEqualTo(content);
      assertThatThrownBy(() -> parted.write(uri("parts"), file, IF_ABSENT).block())
          .isInstanceOf(PreconditionFailedException.class);
      parted.write(uri("parts-buffer"), ByteBuffer.wrap(content), ALWAYS).block();
      assertThat(FileObjectStoreTest.join(store.read(uri("parts-buffer")))).isEqualTo(content);
    }
  }

  @Test
  void writesLargeFilesOnlyOverTheExpectedVersion() {
    ObjectUri uri = uri("parts-versioned");
    ObjectInfo first = store.write(uri, bytes("1"), ALWAYS).block();
    WriteCondition overFirst = new WriteCondition.IfVersion(first.version());
    try (S3ObjectStore parted = cut(new S3Upload.Cut(6 * MIB, 5 * MIB), 1000)) {
      ObjectInfo second = parted.write(uri, ByteBuffer.wrap(content), overFirst).block();

      assertThatThrownBy(() -> parted.write(uri, ByteBuffer.wrap(content), overFirst).block())
          .isInstanceOf(PreconditionFailedException.class)
          .hasMessageContaining("parts-versioned has version " + second.version());
    }
  }

  @Test
  void removesThePartsOfAWriteThatFails() throws IOException {
    server.createBucket("failing");
    ObjectUri uri = ObjectUri.parse("s3://failing/x", folder);
    try (FaultyProxy proxy = new FaultyProxy(server.endpoint())) {
      S3Settings once = settings.withEndpoint(proxy.endpoint(), true).withRetries(0);
      try (S3AsyncClient client = S3Clients.open(once)) {
        ObjectStore parted = new S3ObjectStore(client, once, new S3Upload.Cut(MIB, 5 * MIB), 9);
        proxy.cutAfter(Long.MAX_VALUE, () -> {});
        proxy.slowDown();

        assertThatThrownBy(() -> parted.write(uri, ByteBuffer.wrap(content), ALWAYS).block())
            .isInstanceOf(TaustreamException.class)
            .hasMessageContaining("503");
        assertThat(client.listMultipartUploads(u -> u.bucket("failing")).join().uploads())
            .isEmpty();
      }
    }
  }

  @Test
  void removesThePartsOfAWriteThatIsCancelled() throws IOException, InterruptedException {
    server.createBucket("cancelled");
    ObjectUri uri = ObjectUri.parse("s3://cancelled/x", folder);
    try (FaultyProxy proxy = new FaultyProxy(server.endpoint());
        S3AsyncClient direct = S3Clients.open(settings);
        S3AsyncClient client = S3Clients.open(settings.withEndpoint(proxy.endpoint(), true))) {
      ObjectStore parted = new S3ObjectStore(client, settings, new S3Upload.Cut(MIB, 5 * MIB), 9);
      proxy.cutAfter(Long.MAX_VALUE, () -> {});
      // The server gets the parts of these, but its answers do not come back.
      for (int i = 0; i < 3; i++) {
        proxy.stallAfter(0);
      }
      Disposable write = parted.write(uri, ByteBuffer.wrap(content), ALWAYS).subscribe();
      Thread.sleep(1_000);
      assertThat(uploads(direct)).isEqualTo(1);

      write.dispose();

      long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
      while (uploads(direct) > 0 && System.nanoTime() < limit) {
        Thread.sleep(50);
      }
      assertThat(uploads(direct)).isZero();
    }
  }

  private static int uploads(S3AsyncClient client) {
    return client.listMultipartUploads(u -> u.bucket("cancelled")).join().uploads().size();
  }

  @Test
  void deletesAndDoesNotMindAMissingObject() {
    store.write(uri("gone"), bytes("x"), ALWAYS).block();

    store.delete(uri("gone")).block();
    store.delete(uri("gone")).block();

    assertThatThrownBy(() -> store.stat(uri("gone")).block())
        .isInstanceOf(ObjectNotFoundException.class);
  }

  @Test
  void namesAMissingKeyAndDoesNotAskAgain() throws IOException {
    try (FaultyProxy proxy = new FaultyProxy(server.endpoint());
        ObjectStore counted = through(proxy)) {
      assertThatThrownBy(() -> read(counted, uri("none")))
          .isInstanceOf(ObjectNotFoundException.class)
          .hasMessageContaining("s3://test/none does not exist");
      assertThat(proxy.requests()).isEqualTo(1);
    }
    assertThatThrownBy(() -> store.stat(uri("none")).block())
        .isInstanceOf(ObjectNotFoundException.class)
        .hasMessageContaining("s3://test/none does not exist");
  }

  @Test
  void namesAMissingBucket() throws IOException {
    ObjectUri nowhere = ObjectUri.parse("s3://nowhere/x", folder);
    Path file = Files.write(folder.resolve("small"), new byte[3]);

    for (Flux<?> request :
        List.of(
            store.stat(nowhere).flux(),
            store.read(nowhere),
            store.list(nowhere),
            store.write(nowhere, bytes("x"), ALWAYS).flux(),
            store.write(nowhere, file, IF_ABSENT).flux())) {
      assertThatThrownBy(request::blockLast)
          .isInstanceOf(ObjectNotFoundException.class)
          .hasMessageContaining("the bucket nowhere does not exist");
    }
  }

  @Test
  void saysWhichPartOfTheCredentialsIsWrong() {
    S3Settings secret =
        settings.withCredentials(new S3Credentials(server.credentials().accessKey(), "wrong"));
    S3Settings access = settings.withCredentials(new S3Credentials("nobody", "wrong"));
    try (ObjectStore wrongSecret = ObjectStores.open(Optional.of(secret));
        ObjectStore wrongAccess = ObjectStores.open(Optional.of(access))) {
      for (Flux<?> request :
          List.of(
              wrongSecret.read(large), wrongSecret.stat(large).flux(), wrongSecret.list(large))) {
        assertThatThrownBy(request::blockLast)
            .isInstanceOf(TaustreamException.class)
            .hasMessageContaining("the secret key is wrong");
      }
      assertThatThrownBy(() -> wrongAccess.stat(large).block())
          .isInstanceOf(TaustreamException.class)
          .hasMessageContaining("does not know the access key");
    }
  }

  @Test
  void saysThatThereAreNoCredentials() {
    Assumptions.assumeTrue(
        System.getenv("AWS_ACCESS_KEY_ID") == null
            && !Files.exists(Path.of(System.getProperty("user.home"), ".aws")),
        "this machine has AWS credentials");
    S3Settings none =
        S3Settings.defaults().withEndpoint(server.endpoint(), true).withRegion("us-east-1");
    System.setProperty("aws.disableEc2Metadata", "true");
    try (ObjectStore anonymous = ObjectStores.open(Optional.of(none))) {
      for (Flux<?> request :
          List.of(anonymous.read(large), anonymous.stat(large).flux(), anonymous.list(large))) {
        assertThatThrownBy(request::blockLast)
            .isInstanceOf(TaustreamException.class)
            .hasMessageContaining("no S3 credentials were found")
            .hasMessageContaining("AWS_ACCESS_KEY_ID");
      }
    } finally {
      System.clearProperty("aws.disableEc2Metadata");
    }
  }

  @Test
  void saysThatTheServerCannotBeReached() {
    S3Settings down = settings.withEndpoint(URI.create("http://127.0.0.1:1"), true).withRetries(1);
    try (ObjectStore unreachable = ObjectStores.open(Optional.of(down))) {
      for (Flux<?> request :
          List.of(
              unreachable.read(large), unreachable.stat(large).flux(), unreachable.list(large))) {
        assertThatThrownBy(request::blockLast)
            .isInstanceOf(TaustreamException.class)
            .hasMessageContaining("S3 at http://127.0.0.1:1 cannot be reached")
            .hasMessageContaining("tried 2 times");
      }
    }
  }

  @Test
  void asksForAKey() {
    ObjectUri bucket = ObjectUri.parse("s3://test", folder);

    assertThatThrownBy(() -> read(store, bucket))
        .isInstanceOf(TaustreamException.class)
        .hasMessageContaining("add its key");
    assertThatThrownBy(() -> store.write(bucket, bytes("x"), ALWAYS).block())
        .isInstanceOf(TaustreamException.class)
        .hasMessageContaining("add its key");
  }

  @Test
  void aClosedStoreLetsTheProcessEnd() throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                ReadAndExit.class.getName(),
                server.endpoint().toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("out").toFile())
            .start();
    try {
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).as(() -> readString(folder.resolve("out"))).isZero();
    } finally {
      process.destroyForcibly();
    }
  }

  /** A program that reads an object and comes to its end. */
  static final class ReadAndExit {
    private ReadAndExit() {}

    public static void main(String[] arguments) {
      S3Settings settings =
          S3Settings.defaults()
              .withEndpoint(URI.create(arguments[0]), true)
              .withCredentials(new S3Credentials("taustream-test", "taustream-test-secret"));
      try (ObjectStore store = ObjectStores.open(Optional.of(settings))) {
        store.read(new ObjectUri("s3", "test", "large")).take(2).blockLast();
      }
    }
  }

  private ObjectStore through(FaultyProxy proxy) {
    return ObjectStores.open(Optional.of(settings.withEndpoint(proxy.endpoint(), true)));
  }

  private S3ObjectStore cut(S3Upload.Cut cut, int pageSize) {
    return new S3ObjectStore(S3Clients.open(settings), settings, cut, pageSize);
  }

  private List<String> expand(String pattern) {
    return ObjectPattern.parse(pattern, folder)
        .expand(store)
        .map(o -> o.uri().path())
        .collectList()
        .block();
  }

  private static ObjectUri uri(String key) {
    return new ObjectUri("s3", "test", key);
  }

  private static String read(ObjectStore store, ObjectUri uri) {
    return new String(FileObjectStoreTest.join(store.read(uri)), StandardCharsets.UTF_8);
  }

  private static String readString(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }
}
