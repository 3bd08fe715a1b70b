package io.taustream.pipeline.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.taustream.teacher.TeacherOptions;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class ConfigTextTest {
  private static final Path BASE = Path.of("/base");

  @Property(tries = 60)
  void readsBackWhatItPrints(@ForAll("configurations") RunConfig config) {
    RunConfig again = RunConfig.parse("printed", config.toYaml(), BASE);

    assertThat(again).isEqualTo(config);
    assertThat(again.fingerprint()).isEqualTo(config.fingerprint());
  }

  @Property(tries = 60)
  void readsBackTheSizeThatItPrints(@ForAll long bytes) {
    long size = bytes & Long.MAX_VALUE;

    assertThat(ByteSize.parse(ByteSize.format(size))).contains(size);
  }

  @Example
  void readsSizesInDecimalAndBinaryUnits() {
    assertThat(ByteSize.parse("1GiB")).contains(1L << 30);
    assertThat(ByteSize.parse("512MB")).contains(512_000_000L);
    assertThat(ByteSize.parse("64 kB")).contains(64_000L);
    assertThat(ByteSize.parse("4096")).contains(4096L);
    assertThat(ByteSize.parse("999999999999999999GiB")).isEmpty();
    assertThat(ByteSize.parse("1.5GiB")).isEmpty();
    assertThat(ByteSize.parse("-1MiB")).isEmpty();
    assertThat(ByteSize.parse("1gib")).isEmpty();
  }

  private static StudentConfig student(String run, boolean soft) {
    Optional<Location> module = Optional.of(new Location("modules/" + run + ".pt", BASE));
    return new StudentConfig(
        soft ? Optional.of("resnet8x4") : Optional.empty(),
        soft ? Optional.empty() : module,
        List.of(0.0, 0.5, 1.0),
        List.of(1e-3, 1.0, 2.0));
  }

  @Provide
  Arbitrary<RunConfig> configurations() {
    Arbitrary<Boolean> taught = Arbitraries.of(true, false);
    return taught.flatMap(
        soft ->
            Combinators.combine(
                    names(),
                    Arbitraries.longs(),
                    data(),
                    soft ? teachers() : Arbitraries.just(List.<TeacherConfig>of()),
                    labels(),
                    trains(),
                    losses(soft),
                    storages())
                .as(
                    (run, seed, data, teachers, labels, train, loss, storage) ->
                        new RunConfig(
                            run,
                            new Location("s3://bucket/" + run, BASE),
                            seed,
                            data,
                            new ViewConfig(
                                "pad-crop-flip",
                                1 + run.length(),
                                run.length(),
                                soft ? OptionalLong.of(~seed) : OptionalLong.empty()),
                            labels.k().isPresent() ? teachers.stream().limit(1).toList() : teachers,
                            new EnsembleConfig(soft ? "probabilities" : "logits", "all"),
                            labels,
                            student(run, soft),
                            train,
                            loss,
                            soft ? "auto" : "cuda:3",
                            new MemoryConfig((16L << 20) + run.length()),
                            new ThreadsConfig(run.length(), 2, 1),
                            storage,
                            soft
                                ? Optional.of(
                                    new WatchConfig(
                                        new Location("t", BASE), Duration.ofMillis(1500), 9))
                                : Optional.empty())));
  }

  /** Among them some that look like other YAML values. */
  private static Arbitrary<String> names() {
    return Arbitraries.oneOf(
        Arbitraries.of("true", "12", "0x10", "1e3", "null", "_"),
        Arbitraries.strings().alpha().numeric().ofMinLength(1).ofMaxLength(12));
  }

  private static Arbitrary<DataConfig> data() {
    return Combinators.combine(
            Arbitraries.of(DataConfig.FORMATS).optional(),
            texts().map(text -> new Location(text, BASE)).list().ofMinSize(1).ofMaxSize(3),
            texts().list().ofSize(12).optional(),
            Arbitraries.integers().between(1, 100_000),
            Arbitraries.doubles().between(0, 1).ofScale(6))
        .as(
            (format, train, classNames, window, skipped) ->
                new DataConfig(
                    format,
                    train,
                    train.subList(1, train.size()),
                    12,
                    classNames
                        .map(names -> names.stream().distinct().toList())
                        .filter(names -> names.size() == 12)
                        .orElse(List.of()),
                    window,
                    skipped));
  }

  /** Texts that YAML must quote, or would take for something else. */
  private static Arbitrary<String> texts() {
    return Arbitraries.oneOf(
            Arbitraries.of(
                "yes", "1", "a b", "#x", "[a]", "{0..9}.tar", "*.tar", "é\"'\\", "- a", "~"),
            Arbitraries.strings().withChars("aé7 *{}[]'\"#-").ofMinLength(1).ofMaxLength(20))
        .filter(text -> !text.isBlank());
  }

  private static Arbitrary<List<TeacherConfig>> teachers() {
    return Combinators.combine(
            names(),
            texts(),
            Arbitraries.doubles().between(1e-9, 1e9).ofScale(9),
            Arbitraries.of(OptionalInt.of(64), OptionalInt.empty()))
        .as(
            (name, model, weight, batch) ->
                new TeacherConfig(
                    name,
                    weight < 1 ? "onnx" : "own",
                    weight < 2 ? Optional.of(new Location(model, BASE)) : Optional.empty(),
                    new TeacherOptions(weight < 3 ? Map.of() : Map.of(name, model), BASE),
                    weight,
                    batch))
        .list()
        .uniqueElements(TeacherConfig::name)
        .ofMinSize(1)
        .ofMaxSize(3);
  }

  private static Arbitrary<LabelsConfig> labels() {
    return Arbitraries.of(
        LabelsConfig.DEFAULT,
        labels("dense-f32", OptionalInt.empty()),
        labels("top-k", OptionalInt.of(5)));
  }

  private static LabelsConfig labels(String encoding, OptionalInt k) {
    return new LabelsConfig(
        Optional.of(new Location("~x", BASE)),
        encoding,
        k,
        OptionalInt.empty(),
        OptionalInt.empty(),
        k.isPresent() ? "zstd" : "none");
  }

  private static Arbitrary<TrainConfig> trains() {
    Arbitrary<ScheduleConfig> schedules =
        Arbitraries.of(
            new ScheduleConfig.Cosine(0.5), new ScheduleConfig.Step(List.of(3, 7), 0.2, 1));
    Arbitrary<OptimizerConfig> optimizers =
        Arbitraries.doubles()
            .between(1e-12, 1e12)
            .ofScale(12)
            .map(lr -> new OptimizerConfig.Sgd(lr, 0.9, 1e-4, true));
    return Combinators.combine(
            schedules, optimizers, Arbitraries.integers().between(2, 10_000), Arbitraries.of(1, 2))
        .as(
            (schedule, optimizer, number, few) ->
                new TrainConfig(number, 64, optimizer, schedule, OptionalInt.of(number), few, few));
  }

  private static Arbitrary<List<LossConfig>> losses(boolean soft) {
    Arbitrary<Double> numbers = Arbitraries.doubles().between(1e-6, 1e6).ofScale(6);
    Arbitrary<WeightConfig> weights =
        Arbitraries.oneOf(
            numbers.map(WeightConfig::constant),
            numbers.map(number -> new WeightConfig(0, number, number)),
            numbers.map(number -> new WeightConfig(number, number, 3)));
    WeightConfig one = WeightConfig.constant(1);
    Arbitrary<LossConfig> ce = weights.map(CeConfig::new);
    Arbitrary<LossConfig> kl = numbers.map(number -> new KlConfig(one, number, true));
    Arbitrary<LossConfig> kendall =
        Combinators.combine(
                numbers,
                Arbitraries.of(KendallConfig.SURROGATES),
                Arbitraries.of(KendallConfig.PAIRINGS))
            .as((number, f, pairing) -> new KendallConfig(one, f, pairing, number));
    Arbitrary<LossConfig> dkd =
        Combinators.combine(numbers, Arbitraries.of(true, false))
            .as((number, standardize) -> new DkdConfig(one, 0, number, number, standardize));
    Arbitrary<LossConfig> dist = numbers.map(number -> new DistConfig(one, 0, number, 4));
    Arbitrary<LossConfig> mlkd =
        numbers
            .list()
            .ofMinSize(1)
            .ofMaxSize(3)
            .map(temperatures -> new MlkdConfig(one, temperatures, true));
    Arbitrary<LossConfig> ctkd =
        numbers.map(number -> new CtkdConfig(one, number, number, 0, number, false));
    return (soft ? Arbitraries.oneOf(ce, kl, kendall, dkd, dist, mlkd, ctkd) : ce)
        .list()
        .ofMinSize(1)
        .ofMaxSize(4);
  }

  private static Arbitrary<StorageConfig> storages() {
    return Arbitraries.of(
        new StorageConfig(Optional.empty()),
        new StorageConfig(
            Optional.of(
                new StorageConfig.S3(
                    Optional.of(URI.create("https://s3.example:9000")),
                    true,
                    Optional.of("eu-1")))));
  }
}
