package io.taustream.pipeline.graph;

import io.taustream.ingest.batch.SkippedSamples;
import io.taustream.ingest.format.Dataset;
import io.taustream.ingest.format.Sample;
import io.taustream.ingest.view.ViewSpec;
import io.taustream.pipeline.config.ConfigurationException;
import io.taustream.pipeline.config.RunConfig;
import io.taustream.storage.TaustreamException;
import io.taustream.storage.label.LabelFile;
import io.taustream.storage.label.SoftLabelBatch;
import io.taustream.storage.label.SoftLabelStore;
import io.taustream.storage.sample.Shard;
import io.taustream.teacher.Teacher;
import io.taustream.teacher.TeacherStage;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import reactor.core.publisher.Flux;

/**
 * Runs some stored rows through their teacher again and compares. A row's logits depend in the last
 * bits on the batch that it is fed in, so the whole batch is fed as {@link ShardLabelling} cuts it.
 * {@link StoredRow} says what counts as equal. Blocking.
 */
public final class LabelRecomputation {
  private final RunConfig config;
  private final Resources resources;
  private final String version;

  public LabelRecomputation(RunConfig config, Resources resources, String version) {
    this.config = config;
    this.resources = resources;
    this.version = version;
  }

  /**
   * What was found.
   *
   * @param rows recomputed
   * @param exact of them equal to the bit
   * @param problems one line each, naming file, view, sample and both values
   */
  public record Summary(int rows, int exact, List<String> problems) {}

  /** The labels of one data set by one teacher. */
  private record Part(
      TeacherSlot slot, Dataset dataset, ViewSpec view, SoftLabelStore store, int batch) {}

  /** How many rows of one view of one shard are to be looked at. */
  private record Cell(Part part, Shard shard, int view) {}

  private static final class Tally {
    private final List<String> problems = new ArrayList<>();
    private int rows;
    private int exact;
  }

  /**
   * Recomputes rows of training and test labels of every teacher. Shards without whole labels are
   * passed over: {@link LabelVerification} says what is wrong with them.
   *
   * @param rows how many, spread over teachers, shards and views; a view with fewer gives all
   * @param seed that the choice follows from
   * @throws ConfigurationException if the configuration names no teacher
   */
  public Summary run(int rows, long seed) {
    if (config.teachers().isEmpty()) {
      throw new ConfigurationException("teachers: there is none to recompute labels with; add one");
    }
    DataSources data = DataSources.open(config.data(), resources.objects());
    List<TeacherSlot> slots = TeacherSlot.all(config, resources, version);
    Tally tally = new Tally();
    try {
      RowChoice choice = new RowChoice(seed);
      List<Cell> cells = cells(data, slots);
      List<Integer> shares = choice.shares(rows, cells.size());
      for (TeacherSlot slot : slots) {
        try (Teacher teacher = slot.open(config, resources)) {
          recompute(slot, teacher, cells, shares, choice, tally);
        }
      }
    } finally {
      slots.forEach(TeacherSlot::close);
    }
    return new Summary(tally.rows, tally.exact, List.copyOf(tally.problems));
  }

  private void recompute(
      TeacherSlot slot,
      Teacher teacher,
      List<Cell> cells,
      List<Integer> shares,
      RowChoice choice,
      Tally tally) {
    TeacherStage stage = new TeacherStage(teacher, resources.workers().teacher());
    try {
      for (int i = 0; i < cells.size(); i++) {
        if (shares.get(i) > 0 && cells.get(i).part().slot().equals(slot)) {
          recompute(cells.get(i), shares.get(i), choice, stage, tally);
        }
      }
    } finally {
      resources.workers().settle();
    }
  }

  private List<Cell> cells(DataSources data, List<TeacherSlot> slots) {
    ViewSpec plain = ViewSpec.plain(config.view().size());
    List<Part> parts = new ArrayList<>();
    for (TeacherSlot slot : slots) {
      parts.add(part(slot, data.train(), TeacherSlot.trainView(config), slot.train()));
      data.test().ifPresent(test -> parts.add(part(slot, test, plain, slot.test())));
    }
    List<Cell> cells = new ArrayList<>();
    for (Part part : parts) {
      for (Shard shard : part.dataset().shards()) {
        for (int view = 0; view < part.view().count(); view++) {
          cells.add(new Cell(part, shard, view));
        }
      }
    }
    return cells;
  }

  private static Part part(TeacherSlot slot, Dataset dataset, ViewSpec view, SoftLabelStore store) {
    int batch = ImageFlow.labelBatch(slot.config().statedBatch(), view);
    return new Part(slot, dataset, view, store, batch);
  }

  private void recompute(Cell cell, int rows, RowChoice choice, TeacherStage stage, Tally tally) {
    Part part = cell.part();
    LabelFile opened;
    try {
      opened =
          ShardStatus.of(part.dataset(), cell.shard(), part.store())
              .then(part.store().open(cell.shard()))
              .block();
    } catch (TaustreamException e) {
      return;
    }
    try (LabelFile file = opened) {
      SortedMap<Integer, Set<Integer>> chosen = choice.ordinals(file, rows, part.batch());
      if (!chosen.isEmpty()) {
        batches(cell, chosen, stage)
            .doOnNext(labels -> compare(labels, file, chosen, part, tally))
            .blockLast();
      }
    }
  }

  /** The batches that hold chosen samples, labelled one at a time. */
  private Flux<SoftLabelBatch> batches(
      Cell cell, SortedMap<Integer, Set<Integer>> chosen, TeacherStage stage) {
    Part part = cell.part();
    SkippedSamples skipped = new SkippedSamples(1, (sample, reason) -> {});
    return part.dataset()
        .read(cell.shard())
        .samples()
        .take((chosen.lastKey() + 1L) * part.batch())
        .buffer(part.batch())
        .filter(samples -> chosen.containsKey(samples.get(0).ordinal() / part.batch()))
        .concatMap(samples -> label(samples, cell, skipped, stage), 1);
  }

  private Flux<SoftLabelBatch> label(
      List<Sample> samples, Cell cell, SkippedSamples skipped, TeacherStage stage) {
    Part part = cell.part();
    return resources
        .images()
        .batches(
            Flux.fromIterable(samples),
            part.view(),
            List.of(cell.view()),
            part.batch(),
            0,
            0,
            skipped)
        .transform(stage::label);
  }

  private static void compare(
      SoftLabelBatch labels,
      LabelFile file,
      SortedMap<Integer, Set<Integer>> chosen,
      Part part,
      Tally tally) {
    try (labels) {
      Set<Integer> ordinals = new TreeSet<>();
      chosen.values().forEach(ordinals::addAll);
      SortedMap<Integer, float[]> teacher = new TreeMap<>();
      for (int i = 0; i < labels.size(); i++) {
        if (ordinals.contains(labels.rows().get(i).ordinal())) {
          teacher.put(i, StoredRow.logits(labels, i));
        }
      }
      part.store().set().encoding().roundTrip(labels, part.store().set().teacherSha256());
      teacher.forEach(
          (i, logits) -> {
            StoredRow row = new StoredRow(file, labels.rows().get(i));
            StoredRow.Nearness found = row.compare(logits, StoredRow.logits(labels, i));
            tally.rows++;
            tally.exact += found.exact() ? 1 : 0;
            found.problem().ifPresent(tally.problems::add);
          });
    } catch (TaustreamException e) {
      // A stored value that is no number, which names file, view and sample.
      tally.problems.add(e.getMessage());
    }
  }
}
