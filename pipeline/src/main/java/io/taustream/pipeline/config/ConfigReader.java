package io.taustream.pipeline.config;

import io.taustream.storage.document.YamlMap;
import io.taustream.student.model.StudentModels;
import io.taustream.teacher.TeacherOptions;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Turns a configuration file into a {@link RunConfig}: key by key, defaults filled in. */
final class ConfigReader {
  private final Path base;

  /**
   * @param base the directory that relative paths are taken from
   */
  ConfigReader(Path base) {
    this.base = base;
  }

  RunConfig read(YamlMap root) {
    Section file = new Section(root, base);
    String run = file.requireText("run");
    Location work = file.location("work").orElse(new Location("./work", base));
    long seed = file.longWhole("seed").orElse(0);
    DataConfig data = data(file.requireSection("data"));
    ViewConfig view = view(file.requireSection("view"));
    List<TeacherConfig> teachers =
        file.sections("teachers").orElse(List.of()).stream().map(ConfigReader::teacher).toList();
    EnsembleConfig ensemble =
        file.section("ensemble").map(ConfigReader::ensemble).orElse(EnsembleConfig.DEFAULT);
    LabelsConfig labels =
        file.section("labels").map(ConfigReader::labels).orElse(LabelsConfig.DEFAULT);
    StudentConfig student = student(file.requireSection("student"));
    TrainConfig train = TrainReader.read(file.requireSection("train"));
    List<LossConfig> loss =
        file.sections("loss")
            .map(terms -> terms.stream().map(LossReader::read).toList())
            .orElse(List.of(new CeConfig(WeightConfig.constant(1))));
    String device = file.text("device").orElse("auto");
    MemoryConfig memory =
        file.section("memory").map(ConfigReader::memory).orElse(MemoryConfig.DEFAULT);
    ThreadsConfig cores = ThreadsConfig.of(Runtime.getRuntime().availableProcessors());
    ThreadsConfig threads = file.section("threads").map(s -> threads(s, cores)).orElse(cores);
    StorageConfig storage =
        file.section("storage").map(ConfigReader::storage).orElse(StorageConfig.DEFAULT);
    Optional<WatchConfig> watch = file.section("watch").map(ConfigReader::watch);
    return file.build(
        () ->
            new RunConfig(
                run, work, seed, data, view, teachers, ensemble, labels, student, train, loss,
                device, memory, threads, storage, watch));
  }

  private static DataConfig data(Section data) {
    Optional<String> format = data.choice("format", DataConfig.FORMATS);
    List<Location> train = data.requireLocations("train");
    List<Location> test = data.locations("test");
    int classes = data.requireWhole("classes");
    List<String> classNames = data.texts("class-names");
    int window = data.whole("shuffle-window").orElse(DataConfig.DEFAULT_SHUFFLE_WINDOW);
    double maxSkipped = data.number("max-skipped", DataConfig.DEFAULT_MAX_SKIPPED);
    return data.build(
        () -> new DataConfig(format, train, test, classes, classNames, window, maxSkipped));
  }

  private static ViewConfig view(Section view) {
    String policy = view.choice("policy", ViewConfig.POLICIES).orElse(ViewConfig.DEFAULT_POLICY);
    int size = view.requireWhole("size");
    int count = view.whole("count").orElse(ViewConfig.DEFAULT_COUNT);
    OptionalLong seed = view.longWhole("seed");
    return view.build(() -> new ViewConfig(policy, size, count, seed));
  }

  private static TeacherConfig teacher(Section teacher) {
    String name = teacher.requireText("name");
    String type = teacher.text("type").orElse(TeacherConfig.DEFAULT_TYPE);
    Optional<Location> model =
        type.equals(TeacherConfig.DEFAULT_TYPE)
            ? Optional.of(teacher.requireLocation("model"))
            : teacher.location("model");
    TeacherOptions options = teacher.options("options");
    double weight = teacher.number("weight", TeacherConfig.DEFAULT_WEIGHT);
    OptionalInt batch = teacher.whole("batch", TeacherConfig.DEFAULT_BATCH, TeacherConfig.AUTO);
    return teacher.build(() -> new TeacherConfig(name, type, model, options, weight, batch));
  }

  private static EnsembleConfig ensemble(Section ensemble) {
    String average =
        ensemble
            .choice("average", EnsembleConfig.AVERAGES)
            .orElse(EnsembleConfig.DEFAULT.average());
    String teachers =
        ensemble
            .choice("teachers", EnsembleConfig.TEACHERS)
            .orElse(EnsembleConfig.DEFAULT.teachers());
    return ensemble.build(() -> new EnsembleConfig(average, teachers));
  }

  private static LabelsConfig labels(Section labels) {
    Optional<Location> store = labels.location("store");
    String encoding =
        labels.choice("encoding", LabelsConfig.ENCODINGS).orElse(LabelsConfig.DEFAULT.encoding());
    OptionalInt k = labels.whole("k");
    OptionalInt n = labels.whole("n");
    OptionalInt temperature = labels.whole("temperature");
    String compression =
        labels
            .choice("compression", LabelsConfig.COMPRESSIONS)
            .orElse(LabelsConfig.DEFAULT.compression());
    return labels.build(() -> new LabelsConfig(store, encoding, k, n, temperature, compression));
  }

  private static StudentConfig student(Section student) {
    List<String> names = List.copyOf(StudentModels.names());
    student.requireEither("model", "torchscript");
    Optional<String> model = student.choice("model", names);
    Optional<Location> torchscript = student.location("torchscript");
    List<Double> mean = student.numbers("mean", StudentConfig.IMAGENET_MEAN);
    List<Double> deviation = student.numbers("deviation", StudentConfig.IMAGENET_DEVIATION);
    return student.build(() -> new StudentConfig(model, torchscript, mean, deviation));
  }

  private static MemoryConfig memory(Section memory) {
    long batches =
        memory
            .parsed("batches", ByteSize.ALLOWED, ByteSize::parse)
            .orElse(MemoryConfig.DEFAULT.batches());
    return memory.build(() -> new MemoryConfig(batches));
  }

  private static ThreadsConfig threads(Section threads, ThreadsConfig absent) {
    int decode = threads.whole("decode").orElse(absent.decode());
    int teacher = threads.whole("teacher").orElse(absent.teacher());
    int student = threads.whole("student").orElse(absent.student());
    return threads.build(() -> new ThreadsConfig(decode, teacher, student));
  }

  private static WatchConfig watch(Section watch) {
    Location teachers = watch.requireLocation("teachers");
    Duration interval =
        watch
            .parsed("interval", TimeSpan.ALLOWED, TimeSpan::parse)
            .orElse(WatchConfig.DEFAULT_INTERVAL);
    int samples = watch.whole("samples").orElse(WatchConfig.DEFAULT_SAMPLES);
    return watch.build(() -> new WatchConfig(teachers, interval, samples));
  }

  private static StorageConfig storage(Section storage) {
    return new StorageConfig(storage.section("s3").map(ConfigReader::s3));
  }

  private static StorageConfig.S3 s3(Section s3) {
    Optional<URI> endpoint =
        s3.parsed("endpoint", "a URL such as http://127.0.0.1:9000", ConfigReader::url);
    boolean pathStyle = s3.flag("path-style", false);
    Optional<String> region = s3.text("region");
    return s3.build(() -> new StorageConfig.S3(endpoint, pathStyle, region));
  }

  private static Optional<URI> url(String text) {
    try {
      return Optional.of(new URI(text));
    } catch (URISyntaxException e) {
      return Optional.empty();
    }
  }
}
