package io.taustream.pipeline.command;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import io.taustream.student.model.NetworkStudent;
import io.taustream.student.model.PixelNormalisation;
import io.taustream.student.model.StudentModels;
import io.taustream.student.onnx.OnnxExport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A run of seconds in a folder: 72 training images in three shards, 24 test images, a teacher that
 * this project made, and the configuration {@code run.yaml}.
 */
final class TinyRun {
  static final List<String> TRAIN = List.of("train-0000.tar", "train-0001.tar", "train-0002.tar");
  static final int SHARD_SAMPLES = 24;
  static final int TRAIN_SAMPLES = 72;
  static final int VIEWS = 2;
  static final int EPOCHS = 2;
  static final int STEPS = EPOCHS * TRAIN_SAMPLES / 8;

  private static final String CONFIG =
      """
      run: tiny
      work: ./work
      seed: 7
      data:
        format: webdataset
        train: data/train-*.tar
        test: data/test-*.tar
        classes: 3
        shuffle-window: 30
      view: {policy: pad-crop-flip, size: 16, count: 2}
      teachers:
        - {name: tiny, model: teacher/tiny.onnx, batch: 16}
      labels: {store: ./work/labels}
      student: {model: resnet8}
      train:
        epochs: 2
        batch: 8
        checkpoint-every: 2
        optimizer: {type: sgd, lr: 0.05, momentum: 0.9, weight-decay: 5.0e-4, nesterov: true}
        schedule: {type: cosine, warmup-epochs: 1}
      loss:
        - {type: ce, weight: 0.1}
        - {type: kl, weight: 0.9, temperature: 4}
        - {type: kendall, weight: {from: 0, to: 1, epochs: 1.5}, surrogate: tanh, pairing: sign}
        - {type: ctkd, weight: 0.5, lambda-epochs: 1.5}
      device: cpu
      memory: {batches: 16MiB}
      threads: {decode: 1, teacher: 1, student: 1}
      """;

  private final Path folder;
  private String text = CONFIG;

  private TinyRun(Path folder) {
    this.folder = folder;
  }

  /** Writes data, teacher and configuration. */
  static TinyRun in(Path folder) {
    TinyRun run = new TinyRun(folder);
    for (int i = 0; i < TRAIN.size(); i++) {
      TinyShards.write(run.data(TRAIN.get(i)), i * SHARD_SAMPLES, SHARD_SAMPLES);
    }
    TinyShards.write(run.data("test-0000.tar"), 1000, SHARD_SAMPLES);
    run.teacher(TinyShards.CLASSES);
    run.write(run.config(), CONFIG.getBytes(StandardCharsets.UTF_8));
    return run;
  }

  /** Exports a student with random weights, made for another purpose by nobody, as the teacher. */
  void teacher(int classes) {
    teacher("tiny", classes, 11);
  }

  /** The same under another name, from other weights. */
  void teacher(String name, int classes, long seed) {
    try (NetworkStudent network =
        StudentModels.create(
            "resnet8", classes, TinyShards.SIZE, PixelNormalisation.IMAGENET, seed, Device.cpu())) {
      write(model().resolveSibling(name + ".onnx"), OnnxExport.model(network));
      write(
          model().resolveSibling(name + ".yaml"),
          OnnxExport.card(network).getBytes(StandardCharsets.UTF_8));
    }
  }

  /** Changes the configuration; {@code found} must be in it. */
  TinyRun edit(String found, String replacement) {
    assertThat(text).contains(found);
    text = text.replace(found, replacement);
    write(config(), text.getBytes(StandardCharsets.UTF_8));
    return this;
  }

  Path folder() {
    return folder;
  }

  Path config() {
    return folder.resolve("run.yaml");
  }

  Path model() {
    return folder.resolve("teacher/tiny.onnx");
  }

  Path data(String name) {
    return folder.resolve("data").resolve(name);
  }

  /** Where the results lie. */
  Path results() {
    return folder.resolve("work/tiny");
  }

  /** A command of this run, in this process. */
  Ended command(String... words) {
    return Ended.of(withConfig(words));
  }

  /** The words, {@code CONFIG} replaced by the configuration's path. */
  String[] withConfig(String... words) {
    return Stream.of(words)
        .map(word -> word.equals("CONFIG") ? config().toString() : word)
        .toArray(String[]::new);
  }

  /** Label files by their path in the store; the manifests name times and are left out. */
  Map<String, ByteBuffer> labelFiles() {
    return files(folder.resolve("work/labels"), ".arrow");
  }

  /** Files below a folder whose name ends so, by their path in it; none where it is missing. */
  static Map<String, ByteBuffer> files(Path folder, String suffix) {
    Map<String, ByteBuffer> files = new TreeMap<>();
    if (!Files.isDirectory(folder)) {
      return files;
    }
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.filter(p -> p.toString().endsWith(suffix)).toList()) {
        files.put(folder.relativize(path).toString(), ByteBuffer.wrap(Files.readAllBytes(path)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return files;
  }

  byte[] student() {
    return read(results().resolve("student.onnx"));
  }

  static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void write(Path file, byte[] content) {
    try {
      Files.createDirectories(file.getParent());
      Files.write(file, content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
