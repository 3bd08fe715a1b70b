package io.taustream.pipeline.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taustream.storage.document.DocumentException;
import io.taustream.storage.label.Sampled;
import io.taustream.storage.object.ObjectUri;
import io.taustream.storage.object.S3Settings;
import io.taustream.teacher.TeacherOptions;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunConfigTest {
  /** The example of the documents, but for the comments. */
  static final String EXAMPLE =
      """
      run: cifar10-resnet20
      work: ./work
      seed: 7
      data:
        format: webdataset
        train: s3://bucket/cifar10/cifar10-train-{0000..0019}.tar
        test: s3://bucket/cifar10/cifar10-test-*.tar
        classes: 10
      view: {policy: pad-crop-flip, size: 32, count: 8}
      teachers:
        - {name: resnet56, model: file:teachers/resnet56.onnx, weight: 1.0}
      labels: {store: ./work/labels, encoding: dense-f16}
      student: {model: resnet20}
      train:
        epochs: 30
        batch: 128
        optimizer: {type: sgd, lr: 0.1, momentum: 0.9, weight-decay: 5.0e-4, nesterov: true}
        schedule: {type: cosine, warmup-epochs: 1}
      loss:
        - {type: ce, weight: 0.1}
        - {type: kl, weight: 0.9, temperature: 4}
        - {type: kendall, weight: 5.0, surrogate: tanh, pairing: sign, steepness: 1.0}
      device: auto
      memory: {batches: 1GiB}
      storage: {s3: {endpoint: "http://127.0.0.1:9000", path-style: true, region: us-east-1}}
      """;

  private static final String SHORTEST =
      """
      run: small
      data: {train: train.tar, classes: 10}
      view: {size: 32}
      student: {model: resnet8}
      train: {epochs: 1}
      """;

  @TempDir Path directory;

  @Test
  void readsTheExample() throws IOException {
    Path file = directory.resolve("run.yaml");
    Files.writeString(file, EXAMPLE);

    RunConfig config = RunConfig.read(file);

    assertThat(config.data().train())
        .containsExactly(
            new Location("s3://bucket/cifar10/cifar10-train-{0000..0019}.tar", directory));
    assertThat(config.teachers())
        .containsExactly(
            new TeacherConfig(
                "resnet56",
                "onnx",
                Optional.of(new Location("file:teachers/resnet56.onnx", directory)),
                TeacherOptions.none(directory),
                1,
                OptionalInt.of(128)));
    assertThat(config.teachers().get(0).model().map(Location::uri))
        .contains(ObjectUri.ofFile(directory.resolve("teachers/resnet56.onnx")));
    assertThat(config.labelStore().uri())
        .isEqualTo(ObjectUri.ofFile(directory.resolve("work/labels")));
    assertThat(config.view()).isEqualTo(new ViewConfig("pad-crop-flip", 32, 8));
    assertThat(config.train())
        .isEqualTo(
            new TrainConfig(
                30,
                128,
                new OptimizerConfig.Sgd(0.1, 0.9, 5e-4, true),
                new ScheduleConfig.Cosine(1),
                OptionalInt.empty(),
                1,
                2));
    assertThat(config.loss())
        .containsExactly(
            new CeConfig(WeightConfig.constant(0.1)),
            new KlConfig(WeightConfig.constant(0.9), 4, false),
            new KendallConfig(WeightConfig.constant(5), "tanh", "sign", 1));
    assertThat(config.memory().batches()).isEqualTo(1L << 30);
    assertThat(config.storage().s3Settings())
        .contains(
            S3Settings.defaults()
                .withEndpoint(URI.create("http://127.0.0.1:9000"), true)
                .withRegion("us-east-1"));
    assertThat(config.summary())
        .isEqualTo(
            "resnet20 from resnet56, ce + kl + kendall, 30 epochs in batches of 128,"
                + " pad-crop-flip 32 × 8 views, seed 7");
    assertThat(config.warnings()).isEmpty();
  }

  @Test
  void fillsInWhatIsNotSaid() {
    RunConfig config = parse(SHORTEST);

    assertThat(config)
        .isEqualTo(
            new RunConfig(
                "small",
                new Location("./work", directory),
                0,
                new DataConfig(
                    Optional.empty(),
                    List.of(new Location("train.tar", directory)),
                    List.of(),
                    10,
                    List.of(),
                    4096,
                    0.01),
                new ViewConfig("none", 32, 1),
                List.of(),
                EnsembleConfig.DEFAULT,
                LabelsConfig.DEFAULT,
                new StudentConfig(
                    "resnet8", List.of(0.485, 0.456, 0.406), List.of(0.229, 0.224, 0.225)),
                new TrainConfig(
                    1,
                    128,
                    new OptimizerConfig.Sgd(0.1, 0.9, 5e-4, false),
                    new ScheduleConfig.Cosine(0),
                    OptionalInt.empty(),
                    1,
                    2),
                List.of(new CeConfig(WeightConfig.constant(1))),
                "auto",
                new MemoryConfig(1L << 30),
                ThreadsConfig.of(Runtime.getRuntime().availableProcessors()),
                new StorageConfig(Optional.empty()),
                Optional.empty()));
    assertThat(config.labelStore().uri())
        .isEqualTo(ObjectUri.ofFile(directory.resolve("work/labels")));
    assertThat(config.distils()).isFalse();
  }

  @Test
  void readsEveryTermOfTheLossWithItsDefaults() {
    String taught = SHORTEST + "teachers: [{name: t, model: t.onnx}]\n";

    assertThat(
            parse(
                    taught
                        + """
                        loss:
                          - {type: ce}
                          - {type: kl}
                          - {type: kendall}
                          - {type: dkd}
                          - {type: dist}
                          - {type: mlkd}
                          - {type: ctkd}
                        """)
                .loss())
        .containsExactly(
            new CeConfig(WeightConfig.constant(1)),
            new KlConfig(WeightConfig.constant(1), 4, false),
            new KendallConfig(WeightConfig.constant(10), "tanh", "sign", 1),
            new DkdConfig(WeightConfig.constant(1), 1, 8, 4, false),
            new DistConfig(WeightConfig.constant(1), 1, 1, 1),
            new MlkdConfig(WeightConfig.constant(1), List.of(2.0, 3.0, 4.0, 5.0, 6.0), false),
            new CtkdConfig(WeightConfig.constant(1), 1, 20, 1, 10, false));
    assertThat(
            parse(
                    taught
                        + """
                        loss:
                          - {type: dkd, weight: 0.5, alpha: 0, beta: 2, temperature: 2, standardize: true}
                          - {type: dist, weight: 2, beta: 3, gamma: 0, temperature: 4}
                          - {type: mlkd, temperatures: [4], standardize: true}
                          - {type: ctkd, temperature-start: 2, temperature-range: 4, lambda: 0.5, lambda-epochs: 2.5, standardize: true}
                        """)
                .loss())
        .containsExactly(
            new DkdConfig(WeightConfig.constant(0.5), 0, 2, 2, true),
            new DistConfig(WeightConfig.constant(2), 3, 0, 4),
            new MlkdConfig(WeightConfig.constant(1), List.of(4.0), true),
            new CtkdConfig(WeightConfig.constant(1), 2, 4, 0.5, 2.5, true));
  }

  @Test
  void readsAWeightThatFollowsALine() {
    RunConfig config =
        parse(SHORTEST + "loss: [{type: ce, weight: {from: 0, to: 1, epochs: 0.5}}]");

    assertThat(config.loss()).containsExactly(new CeConfig(new WeightConfig(0, 1, 0.5)));
    assertThat(config.warnings()).isEmpty();
    assertThat(
            parse(SHORTEST + "loss: [{type: ce, weight: {from: 3, to: 0, epochs: 9}}]").warnings())
        .containsExactly(
            "loss[0].weight moves from 3 to 0 over 9 epochs, and train.epochs is 1: it does not get there");
  }

  @Test
  void keepsLabelsBesideTheRunsOfAnS3Work() {
    RunConfig config = parse(SHORTEST + "work: s3://bucket/work\n");

    assertThat(config.labelStore().uri()).isEqualTo(new ObjectUri("s3", "bucket", "work/labels"));
  }

  @Test
  void countsAModuleByItsContentAndNotByItsPlace() {
    String text = SHORTEST.replace("{model: resnet8}", "{torchscript: modules/cnn.pt}");
    RunConfig config = parse(text);

    assertThat(config.student().model()).isEmpty();
    assertThat(config.student().torchscript()).contains(new Location("modules/cnn.pt", directory));
    assertThat(config.student().name()).isEqualTo("cnn.pt");
    assertThat(config.summary()).startsWith("cnn.pt");
    assertThat(parse(text.replace("modules/cnn.pt", "s3://bucket/cnn.pt")).fingerprint())
        .isEqualTo(config.fingerprint())
        .isNotEqualTo(parse(SHORTEST).fingerprint());
  }

  @Test
  void readsListsOfPatternsAndEveryOtherKey() {
    RunConfig config =
        parse(
            """
            run: all
            data:
              train: [a.tar, "b-*.tar"]
              classes: 2
              class-names: [cat, dog]
              shuffle-window: 16
              max-skipped: 0
            view: {policy: random-resized-crop, size: 64, count: 2}
            teachers:
              - {name: t, model: t.onnx, batch: 32}
            labels: {encoding: top-k, k: 1}
            student: {model: resnet8, mean: [0.5, 0.5, 0.5], deviation: [0.25, 0.25, 0.25]}
            train:
              epochs: 240
              schedule: {type: step, at: [150, 180, 210]}
              checkpoint-every: 500
              evaluate-every: 5
              keep-checkpoints: 1
            device: cuda:1
            memory: {batches: 256MiB}
            threads: {decode: 3}
            """);

    assertThat(config.data().train())
        .extracting(Location::text)
        .containsExactly("a.tar", "b-*.tar");
    assertThat(config.data().classNames()).containsExactly("cat", "dog");
    assertThat(config.labels().k()).hasValue(1);
    assertThat(config.train().schedule())
        .isEqualTo(new ScheduleConfig.Step(List.of(150, 180, 210), 0.1, 0));
    assertThat(config.train().checkpointEvery()).hasValue(500);
    assertThat(config.threads().decode()).isEqualTo(3);
    assertThat(config.threads().student()).isEqualTo(Runtime.getRuntime().availableProcessors());
    assertThat(config.memory().batches()).isEqualTo(256L << 20);
    assertThat(config.warnings())
        .containsExactly(
            "loss has no term that listens to a teacher (all but ce do): the student is trained"
                + " without t");
  }

  @Test
  void takesSampledLabelsForTheLossesThatTheyServe() {
    String sampled =
        """
        run: r
        data: {train: a.tar, classes: 10}
        view: {size: 32}
        teachers: [{name: t, model: t.onnx}]
        labels: {encoding: sampled, n: 50}
        student: {model: resnet8}
        train: {epochs: 1}
        loss: [{type: ce}, {type: kl, temperature: 8}]
        """;
    RunConfig config = parse(sampled);
    RunConfig other = parse(sampled.replace("n: 50", "n: 50, temperature: 4"));

    assertThat(config.labels().labelEncoding())
        .isEqualTo(new Sampled(50, 1, List.of(1f, 2f, 4f, 8f)));
    assertThat(other.labels().labelEncoding())
        .isEqualTo(new Sampled(50, 4, List.of(1f, 2f, 4f, 8f)));
    assertThat(config.fingerprint())
        .isNotEqualTo(other.fingerprint())
        .isNotEqualTo(parse(sampled.replace("n: 50", "n: 51")).fingerprint())
        .as("compressed labels read back to the bit")
        .isEqualTo(parse(sampled.replace("n: 50", "n: 50, compression: zstd")).fingerprint());
    assertThat(parse(other.toYaml())).isEqualTo(other);
    Map.of(
            "temperature: 8",
            "temperature: 3",
            "{type: kl, temperature: 8}",
            "{type: kl, standardize: true}",
            "type: kl, temperature: 8",
            "type: dkd",
            "{name: t, model: t.onnx}",
            "{name: t, model: t.onnx}, {name: u, model: u.onnx}")
        .forEach(
            (from, to) ->
                assertThatThrownBy(() -> parse(sampled.replace(from, to)))
                    .hasMessageContainingAll("sampled", "dense-f16"));
  }

  @Test
  void fingerprintsWhatTheStudentFollowsFrom() {
    String base = parse(EXAMPLE).fingerprint();

    assertThat(base).matches("[0-9a-f]{64}");
    assertThat(parse(EXAMPLE.replace("./work", "./elsewhere")).fingerprint()).isEqualTo(base);
    assertThat(parse(EXAMPLE.replace("1GiB", "512MB")).fingerprint()).isEqualTo(base);
    assertThat(parse(EXAMPLE.replace("device: auto", "device: cpu")).fingerprint()).isEqualTo(base);
    assertThat(parse(EXAMPLE + "threads: {decode: 7}\n").fingerprint()).isEqualTo(base);
    RunConfig auto =
        parse(EXAMPLE.replace("resnet56.onnx, weight: 1.0", "resnet56.onnx, batch: auto"));
    assertThat(auto.teachers().get(0).batch()).isEmpty();
    assertThat(auto.fingerprint()).isEqualTo(base);
    for (String[] change :
        new String[][] {
          {"seed: 7", "seed: 8"},
          {"0019", "0018"},
          {"count: 8", "count: 4"},
          {"count: 8", "count: 8, seed: 8"},
          {"resnet56.onnx", "resnet110.onnx"},
          {"dense-f16", "dense-f32"},
          {"model: resnet20", "model: resnet32"},
          {"batch: 128", "batch: 64"},
          {"lr: 0.1", "lr: 0.05"},
          {"warmup-epochs: 1", "warmup-epochs: 2"},
          {"temperature: 4", "temperature: 2"},
          {"steepness: 1.0", "steepness: 2.0"},
          {"weight: 0.9", "weight: 0.8"},
          {"weight: 0.9", "weight: {from: 0.9, to: 0.9, epochs: 1}"},
        }) {
      assertThat(parse(EXAMPLE.replace(change[0], change[1])).fingerprint())
          .as(change[1])
          .isNotEqualTo(base);
    }
  }

  @Test
  void keepsTheFingerprintOverVersions() {
    // Checkpoints carry it: a change here makes every stored checkpoint unusable.
    assertThat(parse(EXAMPLE).fingerprint())
        .isEqualTo("3f3220fc526fde3c942b9052ab41a9a3c4a9b9d1a9515f3e93708a8e919e59e0");
  }

  @Test
  void anotherTrainingSeedLeavesTheViewsAsTheyAre() {
    RunConfig config = parse(EXAMPLE);

    RunConfig other = config.withTrainingSeed(8);

    assertThat(other.seed()).isEqualTo(8);
    assertThat(other.viewSeed()).isEqualTo(config.viewSeed()).isEqualTo(7);
    assertThat(other.fingerprint())
        .isEqualTo(
            parse(EXAMPLE.replace("seed: 7", "seed: 8").replace("count: 8", "count: 8, seed: 7"))
                .fingerprint())
        .isNotEqualTo(parse(EXAMPLE.replace("seed: 7", "seed: 8")).fingerprint());
  }

  @Test
  void aViewSeedThatIsTheRunsOwnChangesNothing() {
    RunConfig said = parse(EXAMPLE.replace("count: 8", "count: 8, seed: 7"));

    assertThat(said.viewSeed()).isEqualTo(7);
    assertThat(said.fingerprint()).isEqualTo(parse(EXAMPLE).fingerprint());
  }

  @Test
  void movesTheWorkButNothingElse() {
    RunConfig moved = parse(EXAMPLE).withWork(new Location("/elsewhere", directory));

    assertThat(moved.work().uri()).isEqualTo(ObjectUri.ofFile(Path.of("/elsewhere")));
    assertThat(moved.fingerprint()).isEqualTo(parse(EXAMPLE).fingerprint());
  }

  @Test
  void saysWhatIsWrongWithTheFileItself() throws IOException {
    Path missing = directory.resolve("missing.yaml");
    Path empty = Files.writeString(directory.resolve("empty.yaml"), "");
    Path prose = Files.writeString(directory.resolve("prose.yaml"), "run this, please\n");
    Path broken = Files.writeString(directory.resolve("broken.yaml"), "run: [a\nseed: 1\n");
    Path binary = Files.write(directory.resolve("binary.yaml"), new byte[] {(byte) 0x89, 'P', 0});

    assertRefused(missing, missing + ": there is no such file");
    assertRefused(directory, directory + ": found a folder");
    assertRefused(empty, empty + ": found an empty document");
    assertRefused(prose, prose + ":1: found 'run this, please'; a map of keys is allowed");
    assertRefused(broken, broken + ":2: this is no YAML");
    assertRefused(binary, binary + ": found bytes that are no UTF-8");
  }

  private static void assertRefused(Path file, String message) {
    assertThatThrownBy(() -> RunConfig.read(file))
        .isInstanceOf(DocumentException.class)
        .hasMessageStartingWith(message)
        .hasMessageNotContaining("\n");
  }

  @Test
  void readsHowSeveralTeachersTeach() {
    String two = EXAMPLE.replace("labels:", "  - {name: other, model: other.onnx}\nlabels:");
    RunConfig plain = parse(two);
    RunConfig said = parse(two + "ensemble: {average: logits, teachers: all}\n");
    RunConfig probabilities = parse(two + "ensemble: {average: probabilities}\n");
    RunConfig byView = parse(two + "ensemble: {teachers: by-view}\n");

    assertThat(plain.ensemble()).isEqualTo(EnsembleConfig.DEFAULT).isEqualTo(said.ensemble());
    assertThat(probabilities.ensemble()).isEqualTo(new EnsembleConfig("probabilities", "all"));
    assertThat(byView.ensemble().byView()).isTrue();
    assertThat(byView.ensemble().withAll()).isEqualTo(EnsembleConfig.DEFAULT);
    assertThat(said.fingerprint()).isEqualTo(plain.fingerprint());
    assertThat(List.of(plain.fingerprint(), probabilities.fingerprint(), byView.fingerprint()))
        .doesNotHaveDuplicates();
    assertThat(probabilities.recipe()).contains("from resnet56 + other averaged as probabilities,");
    assertThat(byView.recipe()).contains("from resnet56 + other by view,");
    assertThat(parse(probabilities.toYaml())).isEqualTo(probabilities);
  }

  @Test
  void anEnsembleOfOneHasNoEffect() {
    RunConfig one = parse(EXAMPLE + "ensemble: {average: probabilities}\n");

    assertThat(one.fingerprint()).isEqualTo(parse(EXAMPLE).fingerprint());
    assertThat(one.summary()).isEqualTo(parse(EXAMPLE).summary());
    assertThat(one.warnings()).singleElement().asString().contains("ensemble", "no effect");
  }

  private RunConfig parse(String text) {
    return RunConfig.parse("run.yaml", text, directory);
  }
}
