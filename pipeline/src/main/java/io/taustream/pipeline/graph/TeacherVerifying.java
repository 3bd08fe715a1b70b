package io.taustream.pipeline.graph;

import io.taustream.ingest.batch.ImageBatch;
import io.taustream.ingest.batch.SkippedSamples;
import io.taustream.ingest.format.Dataset;
import io.taustream.ingest.view.ViewSpec;
import io.taustream.pipeline.config.RunConfig;
import io.taustream.storage.TaustreamException;
import io.taustream.storage.object.ObjectUri;
import io.taustream.teacher.BatchLimits;
import io.taustream.teacher.CardFile;
import io.taustream.teacher.Device;
import io.taustream.teacher.ExecutionSettings;
import io.taustream.teacher.ModelFile;
import io.taustream.teacher.TeacherTrial;
import io.taustream.teacher.speed.SpeedTrial;
import io.taustream.teacher.verify.TeacherVerdict;
import io.taustream.teacher.verify.TeacherVerification;
import java.time.Duration;
import java.util.List;
import reactor.core.publisher.Flux;

/**
 * Judges a teacher by the labelled samples of a run, as they are without augmentation: what {@code
 * taustream teacher verify} does. Blocking.
 */
public final class TeacherVerifying {
  /** Images that the model is shown at once. */
  private static final int BATCH = 64;

  private final RunConfig config;
  private final Resources resources;
  private final StopRequest stop;

  public TeacherVerifying(RunConfig config, Resources resources) {
    this(config, resources, StopRequest.never());
  }

  /**
   * @param stop ends a verification with {@link StoppedException}
   */
  TeacherVerifying(RunConfig config, Resources resources, StopRequest stop) {
    this.config = config;
    this.resources = resources;
    this.stop = stop;
  }

  /**
   * What was found.
   *
   * @param data whether the samples are of {@code test} or {@code train}
   * @param guessed what of the card in use rests on a guess
   * @param device that the model ran on
   * @param card the card's file, to be written or not
   */
  public record Summary(
      TeacherVerdict verdict,
      String data,
      List<String> guessed,
      String device,
      SpeedTrial.Speed speed,
      CardFile card) {}

  /** Makes a model local. */
  public ModelFile fetch(ObjectUri model) {
    return ModelFile.fetch(resources.objects(), model, resources.scratch().resolve("models"));
  }

  /**
   * Verifies.
   *
   * @param samples how many to judge by
   * @param time how long the speed may be measured
   */
  public Summary verify(ModelFile model, int samples, Duration time) {
    DataSources data = DataSources.open(config.data(), resources.objects());
    try (TeacherTrial trial =
        TeacherTrial.open(
            model,
            TeacherSlot.dataShape(config),
            new ExecutionSettings(Device.parse(config.device()), config.threads().teacher()),
            resources.allocator())) {
      return new Summary(
          judge(trial, data.test().orElse(data.train()), samples),
          data.test().isPresent() ? "test" : "train",
          trial.guessed(),
          trial.device(),
          speed(trial, time),
          new CardFile(resources.objects(), model));
    }
  }

  private TeacherVerdict judge(TeacherTrial trial, Dataset dataset, int samples) {
    TeacherVerification verification =
        new TeacherVerification(
            trial.card(), config.data().classes(), config.data().classNames(), trial::outputs);
    SkippedSamples skipped = SkippedListing.unlisted(config);
    ViewSpec view = ViewSpec.plain(config.view().size());
    Flux<ImageBatch> images =
        resources
            .images()
            .batches(
                new LabelledSamples(dataset, config.data().classes(), samples).samples(),
                view,
                List.of(0),
                ImageFlow.labelBatch(BATCH, view),
                0,
                0,
                skipped);
    try {
      images
          .limitRate(1)
          .publishOn(resources.workers().teacher(), 1)
          .doOnNext(batch -> add(verification, batch))
          .doOnDiscard(ImageBatch.class, ImageBatch::close)
          .then()
          .block();
    } finally {
      resources.workers().settle();
    }
    skipped.requireFew();
    return verification.verdict();
  }

  private void add(TeacherVerification verification, ImageBatch images) {
    try (images) {
      stop.throwIfRequested();
      verification.add(images);
    }
  }

  private SpeedTrial.Speed speed(TeacherTrial trial, Duration time) {
    return new SpeedTrial(
            images -> run(trial, images),
            trial.batchLimits(),
            config.view().size(),
            resources.allocator(),
            System::nanoTime)
        .measure(time);
  }

  private static void run(TeacherTrial trial, ImageBatch images) {
    trial.outputs(trial.card(), images).close();
    BatchLimits limits = trial.batchLimits();
    if (limits.unit() == 1 && limits.largest() < images.size()) {
      throw new TaustreamException("memory holds %d at once".formatted(limits.largest()));
    }
  }
}
