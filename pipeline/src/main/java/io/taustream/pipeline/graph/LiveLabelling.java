package io.taustream.pipeline.graph;

import io.taustream.pipeline.config.ConfigurationException;
import io.taustream.pipeline.config.RunConfig;
import io.taustream.pipeline.config.WatchConfig;
import io.taustream.storage.object.ObjectNotFoundException;
import io.taustream.storage.object.ObjectUri;
import io.taustream.teacher.ModelParts;
import io.taustream.teacher.watch.Sighting;
import io.taustream.teacher.watch.TeacherWatch;
import io.taustream.teacher.watch.WatchStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Labels with the configuration's teachers, and then with every model that appears in the watched
 * prefix, until it is asked to stop: what {@code taustream label --watch} does. A model is judged
 * first, as {@link TeacherAdmission} says; one that is refused disturbs nothing. Labels are those
 * of a configuration that names the model as a teacher: same store, same sets.
 *
 * <p>What was done is kept by the label store alone. A process that starts again judges all models
 * again, and finds the labels that are there.
 */
public final class LiveLabelling {
  private static final Logger LOG = LoggerFactory.getLogger(LiveLabelling.class);

  /** How soon a request to stop is seen while nothing happens. */
  private static final Duration GLANCE = Duration.ofMillis(100);

  private final RunConfig config;
  private final WorkerPart part;
  private final Resources resources;
  private final String version;
  private final Progress progress;
  private final StopRequest stop;
  private final ObjectUri folder;
  private final TeacherWatch watch;
  private final TeacherAdmission admission;
  private final Map<ObjectUri, WatchedTeacher> watched = new ConcurrentSkipListMap<>();

  /**
   * @param part which shards are labelled, by every teacher
   * @throws ConfigurationException where the configuration has no section {@code watch}
   */
  public LiveLabelling(
      RunConfig config,
      WorkerPart part,
      Resources resources,
      String version,
      Progress progress,
      StopRequest stop) {
    WatchConfig section =
        config
            .watch()
            .orElseThrow(
                () ->
                    new ConfigurationException(
                        "watch: there is no such section, which says where teachers appear; add one, such as watch: {teachers: ./teachers}"));
    this.config = config;
    this.part = part;
    this.resources = resources;
    this.version = version;
    this.progress = progress;
    this.stop = stop;
    this.folder = section.teachers().uri();
    this.watch =
        new TeacherWatch(
            resources.objects(),
            folder,
            section.interval(),
            new ModelParts(resources.objects(), resources.scratch().resolve("models"))::namedBy);
    this.admission =
        new TeacherAdmission(
            config, section, new TeacherVerifying(config, resources, stop), watch::lists, stop);
  }

  /**
   * What was done until the end.
   *
   * @param labels by the configuration's teachers and by those that were taken up
   * @param watched the models that were seen, in the order of their names, each as it was last
   */
  public record Summary(Labelling.Summary labels, List<WatchedTeacher> watched) {
    public Summary {
      watched = List.copyOf(watched);
    }
  }

  /** Labels and watches, until the process is asked to stop. Blocking. */
  public Summary run() {
    long begun = System.nanoTime();
    List<Labelling.TeacherSummary> teachers = new ArrayList<>();
    long skipped = 0;
    if (!config.teachers().isEmpty()) {
      Labelling.Summary first = labelling(config).run();
      teachers.addAll(first.teachers());
      skipped = first.skipped();
    }
    if (!stop.stopRequested()) {
      LOG.info("Watching {} for teachers", folder);
      follow().blockLast();
    }
    watched.values().stream()
        .flatMap(model -> model.labels().stream())
        .filter(labels -> teachers.stream().noneMatch(t -> t.teacher().equals(labels.teacher())))
        .forEach(teachers::add);
    return new Summary(
        new Labelling.Summary(
            part,
            false,
            (System.nanoTime() - begun) / 1e9,
            skipped,
            teachers,
            resources.readings()),
        teachers());
  }

  /**
   * The models of the prefix as they are dealt with, one after the other: each is given when it has
   * its labels, or was refused or put off. Nothing that a model leads to ends the flow.
   *
   * <p>Demand: a model is sighted when the one before was taken by the subscriber; nothing waits in
   * between. Completes when the process is asked to stop, behind the model in hand. Cancelling
   * interrupts that one instead; whoever wants a clean end makes the request to stop.
   */
  public Flux<WatchedTeacher> follow() {
    return watch
        .sightings()
        .takeUntilOther(stopped())
        .concatMap(
            sighting ->
                Mono.defer(() -> Mono.justOrEmpty(take(sighting)))
                    .subscribeOn(Schedulers.boundedElastic()),
            0);
  }

  private Mono<Long> stopped() {
    return Flux.interval(GLANCE).onBackpressureDrop().filter(tick -> stop.stopRequested()).next();
  }

  /** The models that were seen since the start, in the order of their names. */
  public List<WatchedTeacher> teachers() {
    return List.copyOf(watched.values());
  }

  /** How the watch fares. */
  public WatchStatus status() {
    return watch.status();
  }

  /** Empty where the process was asked to stop before the model was done with. */
  private Optional<WatchedTeacher> take(Sighting sighting) {
    ObjectUri model = sighting.model();
    LOG.info("Found {}: inspecting and verifying it", model);
    watched.put(model, WatchedTeacher.judged(model));
    Admission judged;
    try {
      judged = admission.judge(model);
    } catch (StoppedException e) {
      return Optional.empty();
    }
    if (judged instanceof Admission.Taken taken) {
      return label(taken, sighting);
    }
    return Optional.of(notTaken(judged));
  }

  private Optional<WatchedTeacher> label(Admission.Taken taken, Sighting sighting) {
    try {
      if (!isUnchanged(sighting)) {
        return Optional.of(
            notTaken(new Admission.Postponed(taken.model(), "it has changed while it was judged")));
      }
      WatchedTeacher now = put(WatchedTeacher.labelling(taken));
      LOG.info(
          "Took up {} as teacher {}: {}; labelling",
          taken.model(),
          taken.teacher().name(),
          found(taken.verdict()));
      Labelling.Summary summary = labelling(config.withTeachers(List.of(taken.teacher()))).run();
      if (!summary.finished()) {
        return Optional.empty();
      }
      Labelling.TeacherSummary labels = summary.teachers().get(0);
      LOG.info(
          "Labelled with {}: {} shards, {} of them now",
          labels.teacher(),
          labels.shards(),
          labels.made());
      return Optional.of(put(now.labelled(labels)));
    } catch (RuntimeException e) {
      return stop.stopRequested()
          ? Optional.empty()
          : Optional.of(notTaken(TeacherAdmission.failed(taken.model(), e)));
    }
  }

  /** What was judged must be what is labelled with; a later state is sighted by itself. */
  private boolean isUnchanged(Sighting sighting) {
    return Boolean.TRUE.equals(
        Flux.fromIterable(sighting.parts())
            .concatMap(part -> resources.objects().stat(part.uri()).map(part::equals), 1)
            .all(same -> same)
            .onErrorResume(ObjectNotFoundException.class, gone -> Mono.just(false))
            .block());
  }

  private WatchedTeacher notTaken(Admission admitted) {
    ObjectUri model = admitted.model();
    if (admitted instanceof Admission.Postponed postponed) {
      watch.putOff(model);
      LOG.warn("Put off {}, which is tried again later: {}", model, postponed.reason());
      return put(WatchedTeacher.not(WatchedTeacher.State.POSTPONED, model, postponed.reason()));
    }
    String reason = ((Admission.Refused) admitted).reason();
    LOG.warn("Refused until it changes: {}", reason);
    return put(WatchedTeacher.not(WatchedTeacher.State.REFUSED, model, reason));
  }

  private WatchedTeacher put(WatchedTeacher teacher) {
    watched.put(teacher.model(), teacher);
    return teacher;
  }

  private static String found(TeacherVerifying.Summary verdict) {
    return String.format(
        Locale.ROOT,
        "right on %.4f of %d %s samples",
        verdict.verdict().score().top1(),
        verdict.verdict().samples(),
        verdict.data());
  }

  private Labelling labelling(RunConfig run) {
    return new Labelling(run, part, resources, version, progress, stop);
  }
}
