package io.taustream.pipeline.config;

import io.taustream.pipeline.config.OptimizerConfig.Sgd;
import io.taustream.pipeline.config.ScheduleConfig.Cosine;
import io.taustream.pipeline.config.ScheduleConfig.Step;
import java.util.List;
import java.util.OptionalInt;

/** Reads section {@code train}. */
final class TrainReader {
  private TrainReader() {}

  static TrainConfig read(Section train) {
    int epochs = train.requireWhole("epochs");
    int batch = train.whole("batch").orElse(TrainConfig.DEFAULT_BATCH);
    OptimizerConfig optimizer =
        train.section("optimizer").map(TrainReader::optimizer).orElse(Sgd.DEFAULT);
    ScheduleConfig schedule =
        train.section("schedule").map(TrainReader::schedule).orElse(Cosine.DEFAULT);
    OptionalInt checkpointEvery = train.whole("checkpoint-every");
    int evaluateEvery = train.whole("evaluate-every").orElse(TrainConfig.DEFAULT_EVALUATE_EVERY);
    int keepCheckpoints =
        train.whole("keep-checkpoints").orElse(TrainConfig.DEFAULT_KEEP_CHECKPOINTS);
    return train.build(
        () ->
            new TrainConfig(
                epochs,
                batch,
                optimizer,
                schedule,
                checkpointEvery,
                evaluateEvery,
                keepCheckpoints));
  }

  private static OptimizerConfig optimizer(Section section) {
    String type = section.choice("type", OptimizerConfig.TYPES).orElse(Sgd.DEFAULT.type());
    return switch (type) {
      case "sgd" -> sgd(section);
      default -> throw new IllegalStateException("no reading of the optimizer " + type);
    };
  }

  private static Sgd sgd(Section section) {
    double lr = section.number("lr", Sgd.DEFAULT.lr());
    double momentum = section.number("momentum", Sgd.DEFAULT.momentum());
    double weightDecay = section.number("weight-decay", Sgd.DEFAULT.weightDecay());
    boolean nesterov = section.flag("nesterov", Sgd.DEFAULT.nesterov());
    return section.build(() -> new Sgd(lr, momentum, weightDecay, nesterov));
  }

  private static ScheduleConfig schedule(Section section) {
    String type = section.choice("type", ScheduleConfig.TYPES).orElse(Cosine.DEFAULT.type());
    double warmupEpochs = section.number("warmup-epochs", Cosine.DEFAULT.warmupEpochs());
    return switch (type) {
      case "cosine" -> section.build(() -> new Cosine(warmupEpochs));
      case "step" -> step(section, warmupEpochs);
      default -> throw new IllegalStateException("no reading of the schedule " + type);
    };
  }

  private static Step step(Section section, double warmupEpochs) {
    List<Integer> at = section.requireWholes("at");
    double factor = section.number("factor", Step.DEFAULT_FACTOR);
    return section.build(() -> new Step(at, factor, warmupEpochs));
  }
}
