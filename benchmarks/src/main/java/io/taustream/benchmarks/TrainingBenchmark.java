package io.taustream.benchmarks;

import io.taustream.ingest.format.Sample;
import io.taustream.storage.label.SoftLabelStore;
import io.taustream.student.model.NetworkStudent;
import io.taustream.student.optimizer.Sgd;
import io.taustream.student.train.StudentTrainer;
import io.taustream.student.train.TorchThreads;
import io.taustream.teacher.TeacherIdentity;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * From a shard and its stored labels to steps of the student, against DJL over batches that lie
 * ready. Reading, shuffling, decoding, augmenting, joining, and a step's checks and figures are all
 * Taustream's cost.
 */
@Command(
    name = "training",
    mixinStandardHelpOptions = true,
    description = "Stored labels to student steps, against a bare DJL loop over ready batches.")
final class TrainingBenchmark implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ContestOptions options;

  @Option(
      names = "--student",
      defaultValue = "resnet8",
      description = "The student's model (default: ${DEFAULT-VALUE}).")
  private String model;

  @Option(
      names = "--batch",
      defaultValue = "64",
      description = "Samples a step (default: ${DEFAULT-VALUE}).")
  private int batch;

  @Override
  public Integer call() throws Exception {
    TorchThreads threads = new TorchThreads(options.threads());
    try (Workbench bench = new Workbench(options.shared());
        SoftLabelStore store = bench.labels(new TeacherIdentity("drawn", "0".repeat(64)));
        NetworkStudent student = Recipe.student(model);
        Sgd optimizer = Recipe.optimizer(student)) {
      List<Sample> samples = bench.samples(Integer.MAX_VALUE).collectList().block();
      new StoredLabels(store, bench.pool().allocator()).write(samples);
      TrainingFlow flow =
          new TrainingFlow(
              bench,
              store,
              new StudentTrainer(student, Recipe.loss(), optimizer, threads, 0),
              batch);
      try (BareStudentLoop bare = new BareStudentLoop(model, threads, flow.batches(0))) {
        options.hold(
            new Contest("training", bare.samples(), flow, bare), spec.commandLine().getOut());
      }
    }
    return 0;
  }
}
