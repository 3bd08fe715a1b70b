package io.taustream.pipeline.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.taustream.pipeline.report.MetricsLog;
import io.taustream.storage.object.ObjectInfo;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Data, teacher, labels and results on S3; the outcome is that of the same run over files. */
class S3RunTest {
  private static final String ACCESS_KEY = "aws.accessKeyId";
  private static final String SECRET_KEY = "aws.secretAccessKey";
  private static final String HOME = "user.home";

  @TempDir static Path folder;

  private static final Map<String, String> before = new HashMap<>();
  private static S3TestServer server;
  private static ObjectStore objects;
  private static TinyRun files;

  @BeforeAll
  static void upload() throws IOException {
    server = S3TestServer.start();
    server.createBucket("data");
    server.createBucket("results");
    set(ACCESS_KEY, server.credentials().accessKey());
    set(SECRET_KEY, server.credentials().secretKey());
    set(HOME, folder.resolve("home").toString());
    objects = ObjectStores.open(Optional.of(server.settings()));
    files = TinyRun.in(folder.resolve("files"));
    files.command("run", "CONFIG").isDone();
    for (String name : TinyRun.TRAIN) {
      put("data/" + name);
    }
    put("data/test-0000.tar");
    put("teacher/tiny.onnx");
    put("teacher/tiny.yaml");
  }

  private static void set(String property, String value) {
    before.put(property, System.getProperty(property));
    System.setProperty(property, value);
  }

  private static void put(String name) throws IOException {
    ByteBuffer content = ByteBuffer.wrap(Files.readAllBytes(files.folder().resolve(name)));
    objects.write(uri("data/" + name), content, new WriteCondition.Always()).block();
  }

  @AfterAll
  static void stop() {
    before.forEach(
        (property, value) -> {
          if (value == null) {
            System.clearProperty(property);
          } else {
            System.setProperty(property, value);
          }
        });
    objects.close();
    server.close();
  }

  /** The run with everything but its configuration on S3. */
  private static TinyRun run(String name) {
    return TinyRun.in(folder.resolve(name))
        .edit("work: ./work", "work: s3://results/" + name)
        .edit("train: data/", "train: s3://data/data/")
        .edit("test: data/", "test: s3://data/data/")
        .edit("model: teacher/", "model: s3://data/teacher/")
        .edit("store: ./work/labels", "store: s3://results/" + name + "/labels")
        .edit(
            "device: cpu",
            "device: cpu\nstorage: {s3: {endpoint: \"%s\", path-style: true, region: us-east-1}}"
                .formatted(server.endpoint()));
  }

  @Test
  void labelAndTrainGiveWhatTheyGiveOverFiles() {
    TinyRun run = run("whole");

    run.command("label", "CONFIG").isDone();
    run.command("train", "CONFIG").isDone();

    assertThat(labelFiles("whole")).isEqualTo(files.labelFiles());
    assertThat(read(results("whole").child("student.onnx"))).isEqualTo(files.student());
    assertThat(names(results("whole")))
        .contains("metrics.jsonl", "skipped.jsonl", "student.yaml", "report.html");
    assertThat(run.command("label", "CONFIG").isDone().out()).contains("all labelled before");
    assertThat(run.command("train", "CONFIG").isDone().out()).contains("done before");
    run.command("labels", "verify", "CONFIG").isDone();
    JsonNode store =
        Ended.of(
                "labels",
                "inspect",
                "s3://results/whole/labels",
                "--s3-endpoint",
                server.endpoint().toString(),
                "--s3-region",
                "us-east-1",
                "--json")
            .isDone()
            .json();
    assertThat(store.get("sets")).hasSize(2);
  }

  @Test
  void labelsAreSharedByWayOfIt() {
    TinyRun run = run("sharing");
    run.command("label", "CONFIG").isDone();
    for (String format : List.of("parquet", "webdataset")) {
      String shared = "s3://results/sharing/" + format;
      run.command("labels", "export", "CONFIG", "--format", format, "--output", shared + "/")
          .isDone();
      run.edit("results/sharing/labels", "results/" + format + "/labels");

      run.command("labels", "import", "CONFIG", "--input", shared).isDone();

      assertThat(labelFiles(format)).hasSize(4).isEqualTo(files.labelFiles());
      run.edit("results/" + format + "/labels", "results/sharing/labels");
    }
  }

  @Test
  void aComparisonLeavesItsRunsAndItsReportThere() {
    TinyRun run = run("compared");

    JsonNode json = run.command("compare", "CONFIG", "--seeds", "7", "--json").isDone().json();

    String report = json.get("report").asText();
    assertThat(report).startsWith("s3://results/compared/compare-tiny-").endsWith(".html");
    assertThat(read(ObjectUri.parse(report, folder))).isNotEmpty();
    ObjectUri left = uri("results/compared/tiny-seed7");
    assertThat(read(left.child("student.onnx"))).isEqualTo(files.student());
    assertThat(json.at("/configurations/0/runs/0/folder").asText()).isEqualTo(left.toString());
  }

  @Test
  void anotherMachineGoesOnWithAKilledRun() throws IOException {
    TinyRun run = run("killed");
    List<String> flags =
        List.of(
            "-D" + HOME + "=" + folder.resolve("other-home"),
            "-D" + ACCESS_KEY + "=" + server.credentials().accessKey(),
            "-D" + SECRET_KEY + "=" + server.credentials().secretKey());
    try (ChildProcess child = ChildProcess.start(folder, flags, run.withConfig("run", "CONFIG"))) {
      child.await(() -> !names(results("killed").child("checkpoints")).isEmpty());
    }

    run.command("run", "CONFIG").isDone();

    assertThat(labelFiles("killed")).isEqualTo(files.labelFiles());
    assertThat(read(results("killed").child("student.onnx"))).isEqualTo(files.student());
    Path metrics = folder.resolve("killed-metrics.jsonl");
    Files.write(metrics, read(results("killed").child("metrics.jsonl")));
    InterruptedRunTest.requireEveryLineOnce(MetricsLog.read(metrics), TinyRun.STEPS);
  }

  @Test
  void missingBucket() {
    run("bucket")
        .edit("train: s3://data/", "train: s3://absent/")
        .command("label", "CONFIG")
        .failed(1, "bucket absent does not exist", "check its name");
  }

  @Test
  void missingKey() {
    run("key")
        .edit("train: s3://data/data/train-*.tar", "train: s3://data/data/absent.tar")
        .command("label", "CONFIG")
        .failed(1, "s3://data/data/absent.tar", "does not exist");
  }

  @Test
  void unknownAccessKey() {
    TinyRun run = run("access");
    String right = System.setProperty(ACCESS_KEY, "nobody");
    try {
      run.command("label", "CONFIG").failed(1, "access key", "AWS_ACCESS_KEY_ID");
    } finally {
      System.setProperty(ACCESS_KEY, right);
    }
  }

  @Test
  void wrongSecretKey() {
    TinyRun run = run("secret");
    String right = System.setProperty(SECRET_KEY, "wrong");
    try {
      run.command("label", "CONFIG").failed(1, "secret key is wrong", "AWS_SECRET_ACCESS_KEY");
    } finally {
      System.setProperty(SECRET_KEY, right);
    }
  }

  private static ObjectUri uri(String bucketAndKey) {
    return ObjectUri.parse("s3://" + bucketAndKey, Path.of(""));
  }

  private static ObjectUri results(String name) {
    return uri("results/" + name + "/tiny");
  }

  private static Map<String, ByteBuffer> labelFiles(String name) {
    ObjectUri store = uri("results/" + name + "/labels/");
    Map<String, ByteBuffer> found = new TreeMap<>();
    for (ObjectInfo info : objects.list(store).toIterable()) {
      String path = info.uri().toString().substring(store.toString().length());
      if (path.endsWith(".arrow")) {
        found.put(path, ByteBuffer.wrap(read(info.uri())));
      }
    }
    return found;
  }

  private static List<String> names(ObjectUri below) {
    return objects.list(below.child("")).map(info -> info.uri().name()).collectList().block();
  }

  private static byte[] read(ObjectUri uri) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    for (ByteBuffer part : objects.read(uri).toIterable(1)) {
      while (part.hasRemaining()) {
        content.write(part.get());
      }
    }
    return content.toByteArray();
  }
}
