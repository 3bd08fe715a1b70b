package io.taustream.pipeline.graph;

import io.taustream.ingest.batch.SkippedSamples;
import io.taustream.ingest.format.Dataset;
import io.taustream.ingest.format.ShardReading;
import io.taustream.ingest.view.ViewSpec;
import io.taustream.storage.TaustreamException;
import io.taustream.storage.label.LabelFileWriter;
import io.taustream.storage.label.LabelStatus;
import io.taustream.storage.label.LabelsNotExtendableException;
import io.taustream.storage.label.SoftLabelBatch;
import io.taustream.storage.label.SoftLabelStore;
import io.taustream.storage.sample.Shard;
import io.taustream.teacher.Teacher;
import io.taustream.teacher.TeacherStage;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Labels shards with one teacher: all views that are missing, each image decoded once as long as
 * memory holds its views, committed whole. A shard is always cut into the same batches, so that its
 * labels are the same to the bit whenever they are made.
 */
final class ShardLabelling {
  private static final Logger LOG = LoggerFactory.getLogger(ShardLabelling.class);

  private final Dataset dataset;
  private final ViewSpec view;
  private final Teacher teacher;
  private final SoftLabelStore store;
  private final ImageFlow images;
  private final SkippedSamples skipped;
  private final ChosenBatch batch;
  private final TeacherStage stage;
  private final StopRequest stop;

  /**
   * @param batch images the teacher labels at once, asked for when there is something to label
   */
  ShardLabelling(
      Dataset dataset,
      ViewSpec view,
      Teacher teacher,
      SoftLabelStore store,
      ImageFlow images,
      SkippedSamples skipped,
      ChosenBatch batch,
      Workers workers,
      StopRequest stop) {
    this.dataset = dataset;
    this.view = view;
    this.teacher = teacher;
    this.store = store;
    this.images = images;
    this.skipped = skipped;
    this.batch = batch;
    this.stage = new TeacherStage(teacher, workers.teacher());
    this.stop = stop;
  }

  /**
   * What became of a shard.
   *
   * @param rows that its label file has
   * @param made whether it was labelled now; else it had been before
   */
  record Labelled(Shard shard, long rows, boolean made) {}

  /**
   * Labels a shard unless it has been labelled in this version; of one that has, the views that are
   * missing. Cold.
   *
   * @param progress told about each labelled batch
   * @return fails where the shard cannot be read or labelled, and with {@link StoppedException}
   *     where the process is asked to stop; nothing is committed then
   */
  Mono<Labelled> label(Shard shard, Progress.Task progress) {
    return ShardStatus.of(dataset, shard, store)
        .flatMap(
            status -> {
              if (status instanceof LabelStatus.Complete complete) {
                skipped.seenBefore(
                    complete.rows() / complete.views() + complete.skipped(), complete.skipped());
                return Mono.just(new Labelled(shard, complete.rows(), false));
              }
              if (status instanceof LabelStatus.Partial partial) {
                LOG.info(
                    "{}: {} of {} views are labelled; the others are added",
                    shard.name(),
                    partial.views(),
                    partial.wanted());
                return extend(shard, progress);
              }
              if (status instanceof LabelStatus.Stale stale) {
                LOG.info("{}: labels are stale ({}) and made again", shard.name(), stale.why());
              }
              return make(shard, progress);
            });
  }

  private Mono<Labelled> make(Shard shard, Progress.Task progress) {
    // Closed before the end is told: whoever hears of it may remove the scratch folder.
    return Mono.using(
            () -> store.begin(shard),
            writer -> make(shard, writer, progress),
            LabelFileWriter::close)
        .subscribeOn(Schedulers.boundedElastic());
  }

  private Mono<Labelled> extend(Shard shard, Progress.Task progress) {
    return Mono.usingWhen(
            store.extend(shard),
            writer -> make(shard, writer, progress),
            writer -> Mono.fromRunnable(writer::close))
        // Another process has added them meanwhile.
        .switchIfEmpty(Mono.defer(() -> label(shard, progress)))
        .onErrorResume(
            LabelsNotExtendableException.class,
            e -> {
              LOG.warn("{}", e.getMessage());
              return make(shard, progress);
            });
  }

  private Mono<Labelled> make(Shard shard, LabelFileWriter writer, Progress.Task progress) {
    return Mono.fromCallable(() -> batch.of(view))
        .subscribeOn(Schedulers.boundedElastic())
        .flatMapMany(
            size ->
                Flux.fromIterable(images.passes(view, writer.missingViews(), size))
                    .concatMap(views -> pass(shard, views, size, writer, progress), 1))
        .reduce((before, now) -> requireSameBytes(shard, before, now))
        .flatMap(crc32c -> writer.commit(crc32c, skipped.ordinals(shard.name())))
        .map(metadata -> new Labelled(shard, metadata.rows(), true))
        .doOnNext(
            done ->
                LOG.debug(
                    "{}: {} rows labelled by {}", shard.name(), done.rows(), teacher.identity()));
  }

  /** Reads the shard once and labels some views of its samples; gives its bytes' CRC-32C. */
  private Mono<Long> pass(
      Shard shard, List<Integer> views, int size, LabelFileWriter writer, Progress.Task progress) {
    ShardReading reading = dataset.read(shard);
    Flux<SoftLabelBatch> labels =
        images.batches(reading.samples(), view, views, size, 0, 0, skipped).transform(stage::label);
    return labels
        .doOnNext(rows -> append(rows, writer, progress))
        .then(Mono.fromCallable(reading::crc32c));
  }

  private static long requireSameBytes(Shard shard, long before, long now) {
    if (before != now) {
      throw new TaustreamException(
          "%s was changed while it was labelled: its CRC-32C was %08x and is %08x; label again"
              .formatted(shard.uri(), before, now));
    }
    return now;
  }

  private void append(SoftLabelBatch rows, LabelFileWriter writer, Progress.Task progress) {
    try (rows) {
      stop.throwIfRequested();
      writer.append(rows);
    }
    progress.advance(rows.size());
  }
}
