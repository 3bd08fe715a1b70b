package io.taustream.pipeline.config;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taustream.storage.document.DocumentException;
import io.taustream.student.model.StudentModels;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WrongConfigurationTest {
  /** The example with one line each for what is changed below; the line numbers count from 1. */
  private static final String[] LINES = {
    "run: r", // 1
    "seed: 7", // 2
    "data:", // 3
    "  format: webdataset", // 4
    "  train: train.tar", // 5
    "  classes: 10", // 6
    "view: {policy: pad-crop-flip, size: 32, count: 8}", // 7
    "teachers:", // 8
    "  - {name: t, model: t.onnx}", // 9
    "  - {name: u, model: u.onnx}", // 10
    "labels: {encoding: dense-f16}", // 11
    "student: {model: resnet20}", // 12
    "train:", // 13
    "  epochs: 30", // 14
    "  batch: 128", // 15
    "  optimizer: {type: sgd}", // 16
    "  schedule: {type: cosine}", // 17
    "loss:", // 18
    "  - {type: ce}", // 19
    "  - {type: kl}", // 20
    "  - {type: kendall}", // 21
    "device: auto", // 22
    "memory: {batches: 1GiB}", // 23
    "threads: {decode: 1}", // 24
    "storage: {s3: {region: us-east-1}}", // 25
    "watch: {teachers: t, interval: 30s}", // 26
  };

  @ParameterizedTest(name = "{1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      ignoreLeadingAndTrailingWhitespace = false,
      textBlock =
          """
          2|sede: 7|2: sede: unknown key, did you mean 'seed'?; allowed here: run, work, seed, data, view, teachers, ensemble, labels, student, train, loss, device, memory, threads, storage, watch
          1|run: a/b|1: run: found 'a/b'; a name of letters, digits and . _ + - that begins with a letter, a digit or _ is allowed
          1|run: 5|1: run: found 5; a text, in quotes, is allowed
          2|seed: 1.5|2: seed: found 1.5; a whole number is allowed
          2|seed: many|2: seed: found 'many'; a whole number is allowed
          4|  format: tfrecord|4: data.format: found 'tfrecord'; one of webdataset, folder, idx, cifar is allowed
          5|  train: []|5: data.train: found an empty list; a list with at least one element is allowed
          5|  train: gs://bucket/x|5: data.train: 'gs://bucket/x' has an unknown scheme; use a path, file: or s3://bucket/key
          5|  train: {a: b}|5: data.train: found a map; a text is allowed
          6|  classes: 1|6: data.classes: found 1; a whole number from 2 to 1000000 is allowed
          6|  classes: ten|6: data.classes: found 'ten'; a whole number is allowed
          6|  clases: 10|4: data.classes: found 'clases' in line 6; this key is required
          6|  classes: 3¶  class-names: [a, b]|7: data.class-names: found 2 names; one name for each of the 3 classes is allowed
          6|  classes: 2¶  class-names: [a, a]|7: data.class-names: found a name twice; a list of different names is allowed
          6|  classes: 10¶  shuffle-window: 0|7: data.shuffle-window: found 0; a whole number from 1 is allowed
          6|  classes: 10¶  max-skipped: 2|7: data.max-skipped: found 2; a number from 0 to 1 is allowed
          7|view: {policy: autoaugment, size: 32}|7: view.policy: found 'autoaugment'; one of none, pad-crop-flip, random-resized-crop is allowed
          7|view: {policy: none, size: 32, count: 8}|7: view.count: found 8 with policy none, which has one view; only 1 is allowed
          7|view: {size: 0}|7: view.size: found 0; a whole number from 1 to 1024 is allowed
          7|view: {size: 60000}|7: view.size: found 60000; a whole number from 1 to 1024 is allowed
          7|view: {policy: pad-crop-flip, size: 32, count: 0}|7: view.count: found 0; a whole number from 1 to 65535 is allowed
          7|view: 32|7: view: found 32; a map of keys is allowed
          9|  - {name: u, model: t.onnx}|10: teachers[1].name: found 'u' again; a name of its own is allowed
          9|  - {name: t}|9: teachers[0].model: not found; this key is required
          9|  - {name: t, type: my/own}|9: teachers[0].type: found 'my/own'; a name of letters, digits and . _ + - that begins with a letter, a digit or _ is allowed
          9|  - {name: t, model: t.onnx, options: [a]}|9: teachers[0].options: found a list; a map of keys is allowed
          9|  - {name: t, model: t.onnx, options: {a: [1]}}|9: teachers[0].options.a: found a list; a text, a number, true or false is allowed
          9|  - {name: ../t, model: t.onnx}|9: teachers[0].name: found '../t'; a name of letters, digits and . _ + - that begins with a letter, a digit or _ is allowed
          9|  - {name: t, model: t.onnx, weight: 0}|9: teachers[0].weight: found 0; a number above 0 is allowed
          9|  - {name: t, model: t.onnx, batch: 0}|9: teachers[0].batch: found 0; a whole number from 1 to 65536 is allowed
          10|  - {name: u, model: u.onnx, weight: 2}¶ensemble: {teachers: by-view}|10: teachers[1].weight: found 2 with ensemble.teachers by-view, where each teacher counts as its views do; only 1 is allowed
          11|ensemble: {average: votes}|11: ensemble.average: found 'votes'; one of logits, probabilities is allowed
          11|ensemble: {teachers: by-shard}|11: ensemble.teachers: found 'by-shard'; one of all, by-view is allowed
          7|view: {policy: pad-crop-flip, size: 32, count: 1}¶ensemble: {teachers: by-view}|8: ensemble.teachers: found by-view with view.count 1 and 2 teachers, so that some would teach nothing; by-view with at least as many views as teachers, or all, is allowed
          11|labels: {encoding: dense-f8}|11: labels.encoding: found 'dense-f8', did you mean 'dense-f16'?; one of dense-f16, dense-f32, top-k, sampled is allowed
          11|labels: {encoding: top-k}|11: labels.encoding: found top-k without k; top-k only with k is allowed
          11|labels: {encoding: dense-f16, k: 5}|11: labels.k: found 5 with encoding dense-f16; k only with top-k is allowed
          11|labels: {encoding: top-k, k: 10}|11: labels.k: found 10; a whole number from 1 to below the 10 classes is allowed
          11|labels: {encoding: top-k, k: 3}|11: labels.encoding: found top-k with 2 teachers, each of which has labels of other classes, so that they have no mean; top-k with one teacher or ensemble.teachers by-view, or dense-f16 or dense-f32, is allowed
          11|labels: {encoding: top-k, k: 0}|11: labels.k: found 0; a whole number from 1 is allowed
          11|labels: {encoding: sampled}|11: labels.encoding: found sampled without n; sampled only with n is allowed
          11|labels: {encoding: sampled, n: 0}|11: labels.n: found 0; a whole number from 1 to 65535 is allowed
          11|labels: {encoding: sampled, n: 5, temperature: 3}|11: labels.temperature: found 3; one of 1, 2, 4, 8 is allowed
          11|labels: {encoding: top-k, k: 3, n: 5}|11: labels.n: found 5 with encoding top-k; n only with sampled is allowed
          11|labels: {temperature: 1}|11: labels.temperature: found 1 with encoding dense-f16; temperature only with sampled is allowed
          11|labels: {encoding: sampled, n: 5}|21: loss[2].type: found kendall with labels.encoding sampled, which does not know what it needs; ce or kl with sampled, or labels.encoding top-k, dense-f16 or dense-f32, is allowed
          11|labels: {compression: lz4}|11: labels.compression: found 'lz4'; one of none, zstd is allowed
          12|student: {}|12: student: found neither model nor torchscript; one of them is required
          12|student: {mean: [0, 0, 0]}|12: student: found neither model nor torchscript; one of them is required
          12|student: {modle: resnet20}|12: student.model: found 'modle' in line 12; this key is required
          12|student: {torchscipt: student.pt}|12: student.torchscript: found 'torchscipt' in line 12; this key is required
          12|student: {model: resnet20, torchscript: student.pt}|12: student.torchscript: found beside model; one of them is allowed
          12|student: {model: resnet20, mean: [0.5]}|12: student.mean: found a list of 1; a list of 3 numbers (red, green, blue) is allowed
          12|student: {model: resnet20, deviation: [0.2, 0, 0.2]}|12: student.deviation: found 0; a number above 0 is allowed
          12|student: {model: resnet20, mean: [124, 116, 104]}|12: student.mean: found 124; a number from 0 to 1 is allowed
          14|  epochs: 0|14: train.epochs: found 0; a whole number from 1 is allowed
          14|  epochs: 0.5|14: train.epochs: found 0.5; a whole number is allowed
          15|  batch: 0|15: train.batch: found 0; a whole number from 1 to 65536 is allowed
          15|  checkpoint-every: 0|15: train.checkpoint-every: found 0; a whole number from 1 is allowed
          15|  evaluate-every: 0|15: train.evaluate-every: found 0; a whole number from 1 is allowed
          15|  keep-checkpoints: 0|15: train.keep-checkpoints: found 0; a whole number from 1 is allowed
          16|  optimizer: {type: adam}|16: train.optimizer.type: found 'adam'; only sgd is allowed
          16|  optimizer: {lr: 0}|16: train.optimizer.lr: found 0; a number above 0 is allowed
          16|  optimizer: {lr: .inf}|16: train.optimizer.lr: found .inf; a number is allowed
          16|  optimizer: {momentum: 1}|16: train.optimizer.momentum: found 1; a number from 0 to below 1 is allowed
          16|  optimizer: {weight-decay: -1}|16: train.optimizer.weight-decay: found -1; a number from 0 is allowed
          16|  optimizer: {momentum: 0, nesterov: true}|16: train.optimizer.nesterov: found true with momentum 0; only false is allowed
          16|  optimizer: {nesterov: 1}|16: train.optimizer.nesterov: found 1; true or false is allowed
          17|  schedule: {type: linear}|17: train.schedule.type: found 'linear'; one of cosine, step is allowed
          17|  schedule: {warmup-epochs: 30}|17: train.schedule.warmup-epochs: found 30; a number below train.epochs (30) is allowed
          17|  schedule: {type: step}|17: train.schedule.at: not found; this key is required
          17|  schedule: {type: step, at: [20, 10]}|17: train.schedule.at: found [20, 10]; a rising list of epochs from 1 is allowed
          17|  schedule: {type: step, at: [20], factor: 1}|17: train.schedule.factor: found 1; a number from 0 to below 1 is allowed
          17|  schedule: {type: cosine, at: [20]}|17: train.schedule.at: unknown key; allowed here: type, warmup-epochs
          19|  - {weight: 1}|19: loss[0].type: not found; this key is required
          19|  - {type: mse}|19: loss[0].type: found 'mse'; one of ce, kl, kendall, dkd, dist, mlkd, ctkd is allowed
          19|  - {type: ce, weight: 0}|19: loss[0].weight: found 0; a number above 0 is allowed
          19|  - {type: ce, weight: much}|19: loss[0].weight: found 'much'; a number or a map {from, to, epochs} is allowed
          19|  - {type: ce, weight: {from: 0, to: 0, epochs: 5}}|19: loss[0].weight.to: found 0; a number above 0 is allowed
          19|  - {type: ce, weight: {from: -1, to: 1, epochs: 5}}|19: loss[0].weight.from: found -1; a number from 0 is allowed
          19|  - {type: ce, weight: {from: 0, to: 1, epochs: 0}}|19: loss[0].weight.epochs: found 0; a number above 0 is allowed
          19|  - {type: ce, weight: {from: 0, to: 1}}|19: loss[0].weight.epochs: not found; this key is required
          19|  - {type: ce, weight: {from: 0, to: 1, epochs: 5, shape: cosine}}|19: loss[0].weight.shape: unknown key; allowed here: from, to, epochs
          19|  - {type: ce, temperature: 4}|19: loss[0].temperature: unknown key; allowed here: type, weight
          20|  - {type: kl, temperature: -4}|20: loss[1].temperature: found -4; a number above 0 is allowed
          21|  - {type: kendall, surrogate: relu}|21: loss[2].surrogate: found 'relu'; one of tanh, arctan, algebraic, softsign, erf, laplace is allowed
          21|  - {type: kendall, pairing: signs}|21: loss[2].pairing: found 'signs', did you mean 'sign'?; one of product, factored, sign is allowed
          21|  - {type: kendall, steepness: 0}|21: loss[2].steepness: found 0; a number above 0 is allowed
          21|  - {type: dkd, alpha: -1}|21: loss[2].alpha: found -1; a number from 0 is allowed
          21|  - {type: dkd, alpha: 0, beta: 0}|21: loss[2].beta: found 0; a number above 0 is allowed
          21|  - {type: dkd, temperature: 0}|21: loss[2].temperature: found 0; a number above 0 is allowed
          21|  - {type: dkd, gamma: 1}|21: loss[2].gamma: unknown key; allowed here: type, weight, alpha, beta, temperature, standardize
          21|  - {type: dist, gamma: -2}|21: loss[2].gamma: found -2; a number from 0 is allowed
          21|  - {type: dist, beta: 0, gamma: 0}|21: loss[2].gamma: found 0; a number above 0 is allowed
          21|  - {type: dist, standardize: true}|21: loss[2].standardize: unknown key; allowed here: type, weight, beta, gamma, temperature
          21|  - {type: mlkd, temperatures: []}|21: loss[2].temperatures: found an empty list; a list with at least one element is allowed
          21|  - {type: mlkd, temperatures: [4, 0]}|21: loss[2].temperatures: found 0; a number above 0 is allowed
          21|  - {type: mlkd, temperature: 4}|21: loss[2].temperature: unknown key, did you mean 'temperatures'?; allowed here: type, weight, temperatures, standardize
          21|  - {type: ctkd, temperature-start: 0}|21: loss[2].temperature-start: found 0; a number above 0 is allowed
          21|  - {type: ctkd, temperature-range: 0}|21: loss[2].temperature-range: found 0; a number above 0 is allowed
          21|  - {type: ctkd, lambda: -1}|21: loss[2].lambda: found -1; a number from 0 is allowed
          21|  - {type: ctkd, lambda-epochs: 0}|21: loss[2].lambda-epochs: found 0; a number above 0 is allowed
          9|  - {name: t, model: t.onnx, batch: many}|9: teachers[0].batch: found 'many'; a whole number or auto is allowed
          9|  - {name: t, model: t.onnx, batch: 0}|9: teachers[0].batch: found 0; a whole number from 1 to 65536 is allowed
          9|  - {name: t, model: t.onnx, batch: 1.5}|9: teachers[0].batch: found 1.5; a whole number is allowed
          22|device: tpu|22: device: found 'tpu'; one of auto, cpu, cuda, cuda:N (a teacher's card takes more) is allowed
          22|device: tensorrt|22: device: found 'tensorrt'; one of auto, cpu, cuda, cuda:N (a teacher's card takes more) is allowed
          23|memory: {batches: lots}|23: memory.batches: found 'lots'; a size such as 256MiB, 1GiB or 512MB is allowed
          23|memory: {batches: 1MiB}|23: memory.batches: found 1MiB; a size from 16MiB is allowed
          24|threads: {teacher: 0}|24: threads.teacher: found 0; a whole number from 1 to 1024 is allowed
          25|storage: {s3: {endpoint: "127.0.0.1:9000"}}|25: storage.s3.endpoint: found '127.0.0.1:9000'; a URL such as http://127.0.0.1:9000 is allowed
          25|storage: {s3: {secret: x}}|25: storage.s3.secret: unknown key; allowed here: endpoint, path-style, region
          26|watch: {interval: 30s}|26: watch.teachers: not found; this key is required
          26|watch: {teachers: t, interval: 30}|26: watch.interval: found 30; a time such as 500ms, 30s, 5min or 1h is allowed
          26|watch: {teachers: t, interval: soon}|26: watch.interval: found 'soon'; a time such as 500ms, 30s, 5min or 1h is allowed
          26|watch: {teachers: t, interval: 1ms}|26: watch.interval: found 1ms; a time from 100ms to 24h is allowed
          26|watch: {teachers: t, samples: 0}|26: watch.samples: found 0; a whole number from 1 to 1000000 is allowed
          """)
  void namesFileLineKeyWhatWasFoundAndWhatIsAllowed(int line, String written, String message) {
    String[] lines = LINES.clone();
    lines[line - 1] = written.replace("¶", "\n");

    assertRefused(String.join("\n", lines), "run.yaml:" + message);
  }

  @ParameterizedTest
  @CsvSource({"kl, 12", "kendall, 12", "dkd, 12", "dist, 12", "mlkd, 12", "ctkd, 12"})
  void refusesASoftTermWithoutATeacher(String type, int line) {
    String text =
        """
        run: r
        data:
          train: train.tar
          classes: 10
        view:
          size: 32
        student:
          model: resnet8
        train:
          epochs: 1
        loss:
          - {type: TYPE}
        """
            .replace("TYPE", type);

    assertRefused(
        text,
        "run.yaml:%d: loss[0].type: found %s, which needs a teacher; add one under teachers, or remove the term"
            .formatted(line, type));
  }

  @Test
  void namesTheStudentsThatThereAre() {
    String[] lines = LINES.clone();
    lines[11] = "student: {model: resnet21}";

    assertRefused(
        String.join("\n", lines),
        "run.yaml:12: student.model: found 'resnet21', did you mean 'resnet20'?; one of "
            + String.join(", ", StudentModels.names())
            + " is allowed");
  }

  @Test
  void refusesImpossibleValuesInCodeToo() {
    assertThatThrownBy(() -> new ViewConfig("pad-crop-flip", 32, 0))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("count: found 0; a whole number from 1 to 65535 is allowed");
  }

  private static void assertRefused(String text, String message) {
    assertThatThrownBy(() -> RunConfig.parse("run.yaml", text, Path.of("/base")))
        .isInstanceOf(DocumentException.class)
        .hasMessage(message);
  }
}
