package io.taustream.pipeline.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.taustream.storage.object.ObjectStore;
import io.taustream.storage.object.ObjectStores;
import io.taustream.storage.object.ObjectUri;
import io.taustream.storage.object.S3TestServer;
import io.taustream.storage.object.WriteCondition;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Four processes label over one bucket, two of them are killed at random moments and started again
 * as if on another machine; the store is that of one process. The moments follow from the system
 * property {@code taustream.workers.seed}.
 */
class KilledWorkersTest {
  private static final Logger LOG = LoggerFactory.getLogger(KilledWorkersTest.class);
  private static final long SEED = Long.getLong("taustream.workers.seed", 5);
  private static final int WORKERS = 4;
  private static final int KILLS = 2;

  /** The status of a process that SIGKILL ended. */
  private static final int KILLED = 137;

  private static final Pattern OPENED = Pattern.compile(" runs on cpu");

  @TempDir static Path folder;

  private static S3TestServer server;
  private static ObjectStore objects;

  @BeforeAll
  static void start() {
    server = S3TestServer.start();
    server.createBucket("bucket");
    objects = ObjectStores.open(Optional.of(server.settings()));
  }

  @AfterAll
  static void stop() {
    objects.close();
    server.close();
  }

  /**
   * What is labelled.
   *
   * @param name its folder in the bucket
   * @param samples a folder with shards
   * @param shards their names without number and ending, for training and test data
   * @param delay of a kill at most, behind a label file; a shard takes longer
   * @param limit how long a process may take
   */
  private record Task(
      String name,
      Path samples,
      String shards,
      Path teacher,
      int size,
      int views,
      Duration delay,
      Duration limit) {
    String config(String work) {
      return """
      run: workers
      work: %s
      seed: 7
      data:
        train: s3://bucket/%s/data/%s-train-*
        test: s3://bucket/%s/data/%s-test-*
        format: webdataset
        classes: 10
      view: {policy: pad-crop-flip, size: %d, count: %d}
      teachers:
        - {name: teacher, model: "s3://bucket/%s/teacher.onnx"}
      student: {model: resnet8}
      train: {epochs: 1}
      device: cpu
      memory: {batches: 64MiB}
      threads: {decode: 1, teacher: 1, student: 1}
      storage: {s3: {endpoint: "%s", path-style: true, region: us-east-1}}
      """
          .formatted(work, name, shards, name, shards, size, views, name, server.endpoint());
    }
  }

  /**
   * A worker that is to be killed.
   *
   * @param files so many of its shards are labelled first; 0: it has only begun
   * @param delay the time since then
   */
  private record Kill(int worker, int files, Duration delay) {}

  @Test
  void theBundledSample() throws IOException {
    Path samples = Path.of(System.getProperty("taustream.root"), "samples", "fashion-mnist");
    requireStoreOfOneProcess(
        new Task(
            "sample",
            samples,
            "fashion-mnist",
            samples.resolve("teacher.onnx"),
            28,
            2,
            Duration.ofMillis(400),
            Duration.ofMinutes(3)));
  }

  /** Takes minutes on all cores; docs/benchmarks.md has the command. */
  @Test
  @EnabledIfSystemProperty(named = "taustream.workers", matches = "cifar10")
  void cifar10() throws IOException {
    Path shared = Path.of(System.getProperty("taustream.shared"));
    assumeThat(shared.resolve("data/cifar10")).as("CIFAR-10 in the shared folder").isDirectory();
    requireStoreOfOneProcess(
        new Task(
            "cifar10",
            shared.resolve("data/cifar10"),
            "cifar10",
            shared.resolve("teachers/resnet56-cifar10.onnx"),
            32,
            4,
            Duration.ofSeconds(10),
            Duration.ofMinutes(30)));
  }

  private static void requireStoreOfOneProcess(Task task) throws IOException {
    List<String> shards = upload(task);
    Path single = folder.resolve(task.name() + "-single");
    Path config = write(single, task.config("./work"));
    Path shared =
        write(folder.resolve(task.name()), task.config("s3://bucket/" + task.name() + "/work"));
    long begun = System.nanoTime();
    try (ChildProcess alone = child("alone", "label", config.toString())) {
      label(task, shared, shards);
      LOG.info("{}: workers took {} s", task.name(), seconds(begun));
      Ended verified =
          child("verifier", "labels", "verify", shared.toString(), "--json").end(task.limit());
      assertThat(verified.isDone().json().get("shards").asInt()).isEqualTo(shards.size());
      assertThat(verified.json().get("problems")).isEmpty();
      alone.end(task.limit()).isDone();
    }
    LOG.info("{}: all took {} s", task.name(), seconds(begun));
    Map<String, ByteBuffer> files = labelFiles(task);
    assertThat(files).hasSize(shards.size());
    assertThat(files).isEqualTo(TinyRun.files(single.resolve("work/labels"), ".arrow"));
    LOG.info(
        "{}: {} label files, {} bytes, are those of one process",
        task.name(),
        files.size(),
        files.values().stream().mapToLong(ByteBuffer::remaining).sum());
  }

  /** Runs all workers to their ends, with the kills between. */
  private static void label(Task task, Path config, List<String> shards) {
    List<ChildProcess> workers = new ArrayList<>();
    List<Integer> keptBefore = new ArrayList<>(Collections.nCopies(WORKERS, 0));
    try {
      for (int worker = 1; worker <= WORKERS; worker++) {
        workers.add(worker(config, worker, "machine-" + worker));
      }
      workers.forEach(child -> child.await(() -> labels(child)));
      long begun = System.nanoTime();
      for (Kill kill : kills(task, shards)) {
        ChildProcess child = workers.get(kill.worker() - 1);
        List<String> own = own(shards, kill.worker());
        child.await(() -> labelled(task, own) >= kill.files(), task.limit());
        ChildProcess.sleep(kill.delay());
        String when = seconds(begun);
        child.kill();
        assertThat(child.end().status())
            .as("%s, seed %d; said: %s", kill, SEED, child.said())
            .isEqualTo(KILLED);
        int kept = labelled(task, own);
        LOG.info(
            "{}: worker {} killed {} s after all had begun, with {} of its {} shards labelled",
            task.name(),
            kill.worker(),
            when,
            kept,
            own.size());
        keptBefore.set(kill.worker() - 1, kept);
        workers.set(kill.worker() - 1, worker(config, kill.worker(), "another-machine"));
      }
      requireNothingTwice(task, workers, keptBefore, shards);
    } finally {
      workers.forEach(ChildProcess::close);
    }
  }

  /** A teacher is opened once to see who it is, and once more to label. */
  private static boolean labels(ChildProcess child) {
    return OPENED.matcher(child.said()).results().count() > 1;
  }

  /** One when its worker has begun, the others later; of workers with two shards or more. */
  private static List<Kill> kills(Task task, List<String> shards) {
    Random random = new Random(SEED);
    List<Integer> workers =
        new ArrayList<>(
            IntStream.rangeClosed(1, WORKERS)
                .filter(worker -> own(shards, worker).size() > 1)
                .boxed()
                .toList());
    Collections.shuffle(workers, random);
    List<Kill> kills = new ArrayList<>();
    for (int worker : workers.subList(0, KILLS)) {
      int later = 1 + random.nextInt(own(shards, worker).size() - 1);
      Duration delay = Duration.ofMillis(random.nextInt((int) task.delay().toMillis()));
      kills.add(new Kill(worker, kills.isEmpty() ? 0 : later, delay));
    }
    return kills;
  }

  /** No worker labels what another does, or what was committed before it was killed. */
  private static void requireNothingTwice(
      Task task, List<ChildProcess> workers, List<Integer> keptBefore, List<String> shards) {
    List<Integer> left = new ArrayList<>();
    for (int worker = 1; worker <= WORKERS; worker++) {
      JsonNode json = workers.get(worker - 1).end(task.limit()).isDone().json();
      JsonNode teacher = json.at("/teachers/0");
      int own = own(shards, worker).size();
      int made = teacher.get("made").asInt();
      LOG.info(
          "{}: worker {} ended after {} s: {} shards, {} labelled in this start, {} left to others",
          task.name(),
          json.get("worker"),
          String.format(Locale.ROOT, "%.1f", json.get("seconds").asDouble()),
          own,
          made,
          teacher.get("left"));
      assertThat(json.get("worker").asInt()).isEqualTo(worker);
      assertThat(teacher.get("shards").asInt()).isEqualTo(own);
      assertThat(teacher.get("others").asInt()).isEqualTo(shards.size() - own);
      // A write that the server had whole when its sender was killed may end a moment later.
      assertThat(made)
          .isBetween(
              Math.max(0, own - keptBefore.get(worker - 1) - 1), own - keptBefore.get(worker - 1));
      left.add(teacher.get("left").asInt());
    }
    assertThat(left).as("the last to end sees all labelled").contains(0);
  }

  /** A worker's shards, of the names of all in their order: every fourth. */
  private static List<String> own(List<String> shards, int worker) {
    return IntStream.range(0, shards.size())
        .filter(i -> i % WORKERS == worker - 1)
        .mapToObj(shards::get)
        .toList();
  }

  /** How many of the shards have label files. Asked in a loop, it leaves time for the work. */
  private static int labelled(Task task, List<String> shards) {
    ChildProcess.sleep(Duration.ofMillis(50));
    return objects
        .list(uri(task.name() + "/work/labels/"))
        .map(info -> info.uri().name())
        .filter(name -> name.endsWith(".arrow"))
        .filter(name -> shards.contains(name.substring(0, name.length() - ".arrow".length())))
        .count()
        .block()
        .intValue();
  }

  private static ChildProcess worker(Path config, int worker, String home) {
    return child(home, "label", config.toString(), "--worker", worker + "/" + WORKERS, "--json");
  }

  /** A process with a home, and so scratch files, of its own. */
  private static ChildProcess child(String home, String... words) {
    List<String> flags =
        List.of(
            "-Duser.home=" + folder.resolve(home),
            "-Daws.accessKeyId=" + server.credentials().accessKey(),
            "-Daws.secretAccessKey=" + server.credentials().secretKey());
    return ChildProcess.start(folder, flags, words);
  }

  private static Path write(Path where, String config) throws IOException {
    return Files.writeString(Files.createDirectories(where).resolve("run.yaml"), config);
  }

  /**
   * Brings shards and teacher to the bucket; gives the names of the shards, the training data's
   * first.
   */
  private static List<String> upload(Task task) throws IOException {
    List<String> names = new ArrayList<>();
    for (String part : List.of("-train-", "-test-")) {
      try (Stream<Path> files = Files.list(task.samples())) {
        files
            .map(file -> file.getFileName().toString())
            .filter(name -> name.startsWith(task.shards() + part))
            .sorted()
            .forEach(names::add);
      }
    }
    for (String name : names) {
      put(task.samples().resolve(name), task.name() + "/data/" + name);
    }
    put(task.teacher(), task.name() + "/teacher.onnx");
    String model = task.teacher().getFileName().toString();
    Path card = task.teacher().resolveSibling(model.replace(".onnx", ".yaml"));
    if (Files.exists(card)) {
      put(card, task.name() + "/teacher.yaml");
    }
    return names;
  }

  private static void put(Path file, String key) {
    objects.write(uri(key), file, new WriteCondition.Always()).block();
  }

  private static ObjectUri uri(String key) {
    return ObjectUri.parse("s3://bucket/" + key, Path.of(""));
  }

  /** Label files by their path in the store. */
  private static Map<String, ByteBuffer> labelFiles(Task task) {
    String store = uri(task.name() + "/work/labels/").toString();
    Map<String, ByteBuffer> found = new TreeMap<>();
    objects
        .list(uri(task.name() + "/work/labels/"))
        .filter(info -> info.uri().name().endsWith(".arrow"))
        .concatMap(
            info ->
                objects
                    .read(info.uri())
                    .collect(ByteArrayOutputStream::new, KilledWorkersTest::append)
                    .doOnNext(
                        bytes ->
                            found.put(
                                info.uri().toString().substring(store.length()),
                                ByteBuffer.wrap(bytes.toByteArray()))))
        .blockLast();
    return found;
  }

  private static void append(ByteArrayOutputStream all, ByteBuffer part) {
    byte[] bytes = new byte[part.remaining()];
    part.get(bytes);
    all.writeBytes(bytes);
  }

  private static String seconds(long since) {
    return String.format(Locale.ROOT, "%.1f", (System.nanoTime() - since) / 1e9);
  }
}
