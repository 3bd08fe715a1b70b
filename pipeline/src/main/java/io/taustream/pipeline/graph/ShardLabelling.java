package io.taustream.pipeline.graph;

import io.taustream.ingest.batch.SkippedSamples;
import io.taustream.ingest.format.Dataset;
import io.taustream.ingest.format.ShardReading;
import io.taustream.ingest.view.ViewSpec;
import io.taustream.storage.label.LabelFileWriter;
import io.taustream.storage.label.LabelStatus;
import io.taustream.storage.label.SoftLabelBatch;
import io.taustream.storage.label.SoftLabelStore;
import io.taustream.storage.sample.Shard;
import io.taustream.teacher.Teacher;
import io.taustream.teacher.TeacherStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Labels shards with one teacher: all views, each image decoded once, committed whole. A shard is
 * always cut into the same batches, so that its labels are the same to the bit whenever they are
 * made.
 */
public final class ShardLabelling {
  private static final Logger LOG = LoggerFactory.getLogger(ShardLabelling.class);

  private final Dataset dataset;
  private final ViewSpec view;
  private final Teacher teacher;
  private final SoftLabelStore store;
  private final ImageFlow images;
  private final SkippedSamples skipped;
  private final int batch;
  private final TeacherStage stage;
  private final StopRequest stop;

  /**
   * @param batch images the teacher labels at once, at most: see {@link ImageFlow#labelBatch}
   */
  ShardLabelling(
      Dataset dataset,
      ViewSpec view,
      Teacher teacher,
      SoftLabelStore store,
      ImageFlow images,
      SkippedSamples skipped,
      int batch,
      Workers workers,
      StopRequest stop) {
    this.dataset = dataset;
    this.view = view;
    this.teacher = teacher;
    this.store = store;
    this.images = images;
    this.skipped = skipped;
    this.batch = ImageFlow.labelBatch(batch, view);
    this.stage = new TeacherStage(teacher, workers.teacher());
    this.stop = stop;
  }

  /**
   * What became of a shard.
   *
   * @param rows that its label file has
   * @param made whether it was labelled now; else it had been before
   */
  public record Labelled(Shard shard, long rows, boolean made) {}

  /**
   * Labels a shard unless it has been labelled in this version. Cold.
   *
   * @param progress told about each labelled batch
   * @return fails where the shard cannot be read or labelled, and with {@link StoppedException}
   *     where the process is asked to stop; nothing is committed then
   */
  Mono<Labelled> label(Shard shard, Progress.Task progress) {
    return store
        .status(shard)
        .flatMap(
            status -> {
              if (status instanceof LabelStatus.Complete complete) {
                return Mono.just(new Labelled(shard, complete.rows(), false));
              }
              if (status instanceof LabelStatus.Stale stale) {
                LOG.info("{}: labels are stale ({}) and made again", shard.name(), stale.why());
              }
              return make(shard, progress);
            });
  }

  private Mono<Labelled> make(Shard shard, Progress.Task progress) {
    return Mono.using(
            () -> store.begin(shard),
            writer -> make(shard, writer, progress),
            LabelFileWriter::close,
            false)
        .subscribeOn(Schedulers.boundedElastic());
  }

  private Mono<Labelled> make(Shard shard, LabelFileWriter writer, Progress.Task progress) {
    ShardReading reading = dataset.read(shard);
    Flux<SoftLabelBatch> labels =
        images
            .batches(reading.samples(), view, ImageFlow.all(view), batch, 0, skipped)
            .transform(stage::label);
    return labels
        .doOnNext(rows -> append(rows, writer, progress))
        .then(Mono.defer(() -> writer.commit(reading.crc32c(), skipped.ordinals(shard.name()))))
        .map(metadata -> new Labelled(shard, metadata.rows(), true))
        .doOnNext(
            done ->
                LOG.debug(
                    "{}: {} rows labelled by {}", shard.name(), done.rows(), teacher.identity()));
  }

  private void append(SoftLabelBatch rows, LabelFileWriter writer, Progress.Task progress) {
    try (rows) {
      if (stop.stopRequested()) {
        throw new StoppedException();
      }
      writer.append(rows);
    }
    progress.advance(rows.size());
  }
}
