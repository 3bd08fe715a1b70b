package io.taustream.benchmarks;

import io.taustream.storage.label.LabelFileWriter;
import io.taustream.storage.label.SoftLabelBatch;
import io.taustream.storage.label.SoftLabelStore;
import io.taustream.storage.object.ObjectUri;
import io.taustream.teacher.DataShape;
import io.taustream.teacher.Device;
import io.taustream.teacher.ExecutionSettings;
import io.taustream.teacher.ModelFile;
import io.taustream.teacher.OnnxTeacher;
import io.taustream.teacher.TeacherStage;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * From a shard to the rows of its label file, against ONNX Runtime over batches that lie ready.
 * Reading the tar, decoding, augmenting, normalising and writing rows are all Taustream's cost.
 */
@Command(
    name = "labelling",
    mixinStandardHelpOptions = true,
    description = "Shard to label rows, against a bare ONNX Runtime loop over ready batches.")
final class LabellingBenchmark implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ContestOptions options;

  @Option(
      names = "--model",
      description = "The teacher (default: teachers/resnet56-cifar10.onnx of the shared folder).")
  private Path model;

  @Option(
      names = "--batch",
      defaultValue = "128",
      description = "Images labelled at once (default: ${DEFAULT-VALUE}).")
  private int batch;

  @Option(
      names = "--images",
      defaultValue = "1280",
      description = "Images a round, at most a shard's 2,500 (default: ${DEFAULT-VALUE}).")
  private int images;

  @Override
  public Integer call() throws Exception {
    Path file = model == null ? options.shared().resolve("teachers/resnet56-cifar10.onnx") : model;
    Path path = file.toAbsolutePath().normalize();
    try (Workbench bench = new Workbench(options.shared());
        BareOnnxLoop bare = new BareOnnxLoop(path, options.threads(), batch, images);
        TimedTeacher teacher = new TimedTeacher(open(path, bench));
        SoftLabelStore store = bench.labels(teacher.identity())) {
      TeacherStage stage = new TeacherStage(teacher, bench.workers().teacher());
      Contender taustream =
          () -> {
            label(bench, stage, store);
            return teacher.seconds();
          };
      options.hold(new Contest("labelling", images, taustream, bare), spec.commandLine().getOut());
    }
    return 0;
  }

  private OnnxTeacher open(Path path, Workbench bench) {
    return OnnxTeacher.open(
        "teacher",
        ModelFile.fetch(bench.objects(), ObjectUri.ofFile(path), path.getParent()),
        new DataShape(Workbench.CLASSES, Workbench.IMAGE_SIZE),
        new ExecutionSettings(new Device.Cpu(), options.threads()),
        bench.pool().allocator());
  }

  private void label(Workbench bench, TeacherStage stage, SoftLabelStore store) {
    try (LabelFileWriter writer = store.begin(bench.shard())) {
      bench
          .batches(bench.samples(images), batch)
          .transform(stage::label)
          .doOnNext(rows -> append(rows, writer))
          .blockLast();
    }
  }

  private static void append(SoftLabelBatch rows, LabelFileWriter writer) {
    try (rows) {
      writer.append(rows);
    }
  }
}
