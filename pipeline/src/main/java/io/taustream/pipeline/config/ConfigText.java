package io.taustream.pipeline.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.taustream.storage.Sha256;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/** Configurations as text: as YAML that can be read again, and as the hash of what matters. */
final class ConfigText {
  /** Goes up when the same configuration trains another student than before. */
  private static final int FINGERPRINT_VERSION = 1;

  private ConfigText() {}

  static String yaml(RunConfig config) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("run", config.run());
    tree.put("work", config.work().text());
    tree.put("seed", config.seed());
    tree.put("data", data(config.data()));
    tree.put("view", view(config.view()));
    tree.put("teachers", config.teachers().stream().map(ConfigText::teacher).toList());
    tree.put("ensemble", config.ensemble().tree());
    tree.put("labels", labels(config.labels()));
    tree.put("student", studentWithPlace(config.student()));
    tree.put("train", train(config.train()));
    tree.put("loss", config.loss().stream().map(LossConfig::tree).toList());
    tree.put("device", config.device());
    tree.put("memory", Map.of("batches", ByteSize.format(config.memory().batches())));
    tree.put("threads", threads(config.threads()));
    config.storage().s3().ifPresent(s3 -> tree.put("storage", Map.of("s3", s3(s3))));
    config.watch().ifPresent(watch -> tree.put("watch", watch.tree()));
    DumpSettings settings =
        DumpSettings.builder()
            .setSchema(new CoreSchema())
            .setDefaultFlowStyle(FlowStyle.BLOCK)
            .setWidth(Integer.MAX_VALUE)
            .build();
    return new Dump(settings).dumpToString(tree);
  }

  static String fingerprint(RunConfig config) {
    DataConfig data = config.data();
    TrainConfig train = config.train();
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("version", FINGERPRINT_VERSION);
    tree.put("seed", config.seed());
    tree.put("data.format", data.format().orElse(""));
    tree.put("data.train", texts(data.train()));
    tree.put("data.classes", data.classes());
    tree.put("data.shuffle-window", data.shuffleWindow());
    tree.put("view", viewIdentity(config));
    tree.put("teachers", config.teachers().stream().map(ConfigText::identity).toList());
    if (config.teachers().size() > 1 && !config.ensemble().equals(EnsembleConfig.DEFAULT)) {
      tree.put("ensemble", config.ensemble().tree());
    }
    tree.put("labels.encoding", config.labels().encoding());
    tree.put("labels.k", config.labels().k().orElse(0));
    config.labels().n().ifPresent(n -> tree.put("labels.n", n));
    config.labels().temperature().ifPresent(t -> tree.put("labels.temperature", t));
    tree.put("student", student(config.student()));
    tree.put("train.epochs", train.epochs());
    tree.put("train.batch", train.batch());
    tree.put("train.optimizer", train.optimizer().tree());
    tree.put("train.schedule", train.schedule().tree());
    tree.put("loss", config.loss().stream().map(LossConfig::tree).toList());
    try {
      String canonical =
          JsonMapper.builder()
              .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
              .build()
              .writeValueAsString(tree);
      return Sha256.hex(canonical);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Map<String, Object> data(DataConfig data) {
    Map<String, Object> tree = new LinkedHashMap<>();
    data.format().ifPresent(format -> tree.put("format", format));
    tree.put("train", texts(data.train()));
    if (!data.test().isEmpty()) {
      tree.put("test", texts(data.test()));
    }
    tree.put("classes", data.classes());
    if (!data.classNames().isEmpty()) {
      tree.put("class-names", data.classNames());
    }
    tree.put("shuffle-window", data.shuffleWindow());
    tree.put("max-skipped", data.maxSkipped());
    return tree;
  }

  private static Map<String, Object> view(ViewConfig view) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("policy", view.policy());
    tree.put("size", view.size());
    tree.put("count", view.count());
    view.seed().ifPresent(seed -> tree.put("seed", seed));
    return tree;
  }

  /** The seed of views is named only where it is another than the run's. */
  private static Map<String, Object> viewIdentity(RunConfig config) {
    Map<String, Object> tree = view(config.view());
    tree.remove("seed");
    if (config.viewSeed() != config.seed()) {
      tree.put("seed", config.viewSeed());
    }
    return tree;
  }

  private static Map<String, Object> teacher(TeacherConfig teacher) {
    Map<String, Object> tree = identity(teacher);
    tree.put("type", teacher.type());
    if (!teacher.options().values().isEmpty()) {
      tree.put("options", teacher.options().values());
    }
    tree.put(
        "batch", teacher.batch().isPresent() ? teacher.batch().getAsInt() : TeacherConfig.AUTO);
    return tree;
  }

  /**
   * What a teacher is to a run as far as the configuration says. Its type and options show in who
   * it turns out to be, which a checkpoint compares as well.
   */
  private static Map<String, Object> identity(TeacherConfig teacher) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("name", teacher.name());
    teacher.model().ifPresent(model -> tree.put("model", model.text()));
    tree.put("weight", teacher.weight());
    return tree;
  }

  private static Map<String, Object> labels(LabelsConfig labels) {
    Map<String, Object> tree = new LinkedHashMap<>();
    labels.store().ifPresent(store -> tree.put("store", store.text()));
    tree.put("encoding", labels.encoding());
    labels.k().ifPresent(k -> tree.put("k", k));
    labels.n().ifPresent(n -> tree.put("n", n));
    labels.temperature().ifPresent(t -> tree.put("temperature", t));
    tree.put("compression", labels.compression());
    return tree;
  }

  private static Map<String, Object> studentWithPlace(StudentConfig student) {
    Map<String, Object> tree = student(student);
    student.torchscript().ifPresent(place -> tree.put("torchscript", place.text()));
    return tree;
  }

  /** What a trained student follows from; a module counts by its content, wherever it lies. */
  private static Map<String, Object> student(StudentConfig student) {
    Map<String, Object> tree = new LinkedHashMap<>();
    student.model().ifPresent(model -> tree.put("model", model));
    tree.put("mean", student.mean());
    tree.put("deviation", student.deviation());
    return tree;
  }

  private static Map<String, Object> train(TrainConfig train) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("epochs", train.epochs());
    tree.put("batch", train.batch());
    tree.put("optimizer", train.optimizer().tree());
    tree.put("schedule", train.schedule().tree());
    train.checkpointEvery().ifPresent(steps -> tree.put("checkpoint-every", steps));
    tree.put("evaluate-every", train.evaluateEvery());
    tree.put("keep-checkpoints", train.keepCheckpoints());
    return tree;
  }

  private static Map<String, Object> threads(ThreadsConfig threads) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("decode", threads.decode());
    tree.put("teacher", threads.teacher());
    tree.put("student", threads.student());
    return tree;
  }

  private static Map<String, Object> s3(StorageConfig.S3 s3) {
    Map<String, Object> tree = new LinkedHashMap<>();
    s3.endpoint().ifPresent(endpoint -> tree.put("endpoint", endpoint.toString()));
    tree.put("path-style", s3.pathStyle());
    s3.region().ifPresent(region -> tree.put("region", region));
    return tree;
  }

  private static List<String> texts(List<Location> locations) {
    return locations.stream().map(Location::text).toList();
  }
}
