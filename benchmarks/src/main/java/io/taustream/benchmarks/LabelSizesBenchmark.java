package io.taustream.benchmarks;

import io.taustream.storage.label.DenseF16;
import io.taustream.storage.label.DenseF32;
import io.taustream.storage.label.LabelEncoding;
import io.taustream.storage.label.Sampled;
import io.taustream.storage.label.SoftLabelBatch;
import io.taustream.storage.label.TopK;
import io.taustream.storage.object.ObjectUri;
import io.taustream.teacher.DataShape;
import io.taustream.teacher.Device;
import io.taustream.teacher.ExecutionSettings;
import io.taustream.teacher.ModelFile;
import io.taustream.teacher.OnnxTeacher;
import io.taustream.teacher.TeacherStage;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * What labels of a teacher cost in each encoding, and how far the softened distributions that they
 * give are from those of the teacher's logits. It measures sizes and errors, no times: a busy
 * machine changes nothing in it.
 */
@Command(
    name = "label-sizes",
    mixinStandardHelpOptions = true,
    description = "Bytes of a label and its error, for each encoding, on a teacher's logits.")
final class LabelSizesBenchmark implements Callable<Integer> {
  private static final List<Float> TEMPERATURES = List.of(1f, 2f, 4f, 8f);
  private static final String HEAD =
      """
      | encoding | bytes, key and seed apart | in the file | with zstd | KL, T = 1 | T = 4 | TV, T = 1 | T = 4 | TV of weights, T = 1 | T = 4 |
      | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
      """;

  @Spec private CommandSpec spec;

  @Option(
      names = "--shared",
      defaultValue = "../shared",
      description = "Folder with data/cifar10 and teachers (default: ${DEFAULT-VALUE}).")
  private Path shared;

  @Option(
      names = "--model",
      description = "The teacher (default: teachers/resnet56-cifar10.onnx of the shared folder).")
  private Path model;

  @Option(
      names = "--classes",
      defaultValue = "10",
      description = "The teacher's classes (default: ${DEFAULT-VALUE}).")
  private int classes;

  @Option(
      names = "--images",
      defaultValue = "2500",
      description =
          "Images of CIFAR-10's first shard, at most its 2,500 (default: ${DEFAULT-VALUE}).")
  private int images;

  @Option(
      names = "--kept",
      split = ",",
      defaultValue = "5,10,50,100",
      description = "k of top-k and n of sampled, below the classes (default: ${DEFAULT-VALUE}).")
  private List<Integer> kept;

  @Override
  public Integer call() throws Exception {
    Path path =
        (model == null ? shared.resolve("teachers/resnet56-cifar10.onnx") : model)
            .toAbsolutePath()
            .normalize();
    PrintWriter out = spec.commandLine().getOut();
    try (Workbench bench = new Workbench(shared)) {
      TeacherRows teacher = label(path, bench);
      out.print(HEAD);
      for (LabelEncoding encoding : encodings()) {
        out.println(LabelSize.of(encoding, teacher, bench).row());
        out.flush();
      }
    }
    return 0;
  }

  private List<LabelEncoding> encodings() {
    List<Integer> fitting = kept.stream().filter(some -> some < classes).toList();
    List<LabelEncoding> encodings = new ArrayList<>(List.of(new DenseF32(), new DenseF16()));
    fitting.forEach(k -> encodings.add(new TopK(k, TEMPERATURES)));
    fitting.forEach(n -> encodings.add(new Sampled(n, 1, TEMPERATURES)));
    return encodings;
  }

  private TeacherRows label(Path path, Workbench bench) {
    try (OnnxTeacher teacher =
        OnnxTeacher.open(
            "teacher",
            ModelFile.fetch(bench.objects(), ObjectUri.ofFile(path), path.getParent()),
            new DataShape(classes, Workbench.IMAGE_SIZE),
            new ExecutionSettings(new Device.Cpu(), Runtime.getRuntime().availableProcessors()),
            bench.pool().allocator())) {
      TeacherStage stage = new TeacherStage(teacher, bench.workers().teacher());
      TeacherRows rows = new TeacherRows(teacher.identity(), classes);
      bench
          .batches(bench.samples(images), Math.min(images, 32))
          .transform(stage::label)
          .doOnNext(
              labels -> {
                try (SoftLabelBatch batch = labels) {
                  rows.add(batch);
                }
              })
          .blockLast();
      return rows;
    }
  }
}
