package io.taustream.pipeline.config;

import io.taustream.storage.document.YamlDocument;
import io.taustream.storage.object.ObjectUri;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A whole configuration file, with defaults filled in and every rule checked: docs/configuration.md
 * lists the keys. Immutable.
 *
 * @param run the run's name; results go to {@code <work>/<run>}
 * @param work where runs and, by default, labels are kept (default {@code ./work})
 * @param seed what the random numbers of order and initial parameters follow from, and those of
 *     views where {@code view.seed} is not given (default 0)
 * @param data what is read
 * @param view which pixels teacher and student see
 * @param teachers none (the default), one, or several
 * @param ensemble how several teachers teach (default: by the mean of their logits)
 * @param labels where teacher logits are kept, and how
 * @param student what is trained
 * @param train how it is trained
 * @param loss the terms of the loss (default: {@code ce} alone)
 * @param device {@code auto} (the default), {@code cpu}, {@code cuda} or {@code cuda:N}
 * @param memory what may be in flight
 * @param threads how the cores are divided
 * @param storage how object stores are reached
 * @param watch what a long run looks for; empty (the default): nothing
 */
public record RunConfig(
    String run,
    Location work,
    long seed,
    DataConfig data,
    ViewConfig view,
    List<TeacherConfig> teachers,
    EnsembleConfig ensemble,
    LabelsConfig labels,
    StudentConfig student,
    TrainConfig train,
    List<LossConfig> loss,
    String device,
    MemoryConfig memory,
    ThreadsConfig threads,
    StorageConfig storage,
    Optional<WatchConfig> watch) {

  public RunConfig {
    teachers = List.copyOf(teachers);
    loss = List.copyOf(loss);
    Rules.fileName("run", run);
    if (!device.matches("auto|cpu|cuda(:\\d{1,4})?")) {
      throw new InvalidValueException(
          "device",
          Rules.quoted(device),
          "one of auto, cpu, cuda, cuda:N (a teacher's card takes more)");
    }
    Rules.notEmpty("loss", loss);
    requireNamesOnce(teachers);
    ensemble.requireServes(teachers, view);
    for (int i = 0; i < loss.size(); i++) {
      if (loss.get(i).needsTeacher() && teachers.isEmpty()) {
        throw new InvalidValueException(
            "loss[" + i + "].type",
            "found "
                + loss.get(i).type()
                + ", which needs a teacher; add one under teachers, or remove the term");
      }
      labels.requireServes(loss.get(i), "loss[" + i + "]");
    }
    if (labels.k().isPresent() && labels.k().getAsInt() >= data.classes()) {
      throw new InvalidValueException(
          "labels.k",
          labels.k().getAsInt(),
          "a whole number from 1 to below the " + data.classes() + " classes");
    }
    labels.requireServes(ensemble, teachers.size());
  }

  private static void requireNamesOnce(List<TeacherConfig> teachers) {
    Set<String> names = new HashSet<>();
    for (int i = 0; i < teachers.size(); i++) {
      String name = teachers.get(i).name();
      if (!names.add(name)) {
        throw new InvalidValueException(
            "teachers[" + i + "].name", Rules.quoted(name) + " again", "a name of its own");
      }
    }
  }

  /**
   * Reads a configuration file. Blocking.
   *
   * @throws io.taustream.storage.document.DocumentException if the file is missing, no YAML, or
   *     says something that is not allowed; the message names the file, the line and the key
   */
  public static RunConfig read(Path file) {
    Path base = file.toAbsolutePath().normalize().getParent();
    return YamlDocument.read(file, root -> new ConfigReader(base).read(root));
  }

  /**
   * Like {@link #read}, from memory.
   *
   * @param name what errors call the text
   * @param base the directory that relative paths are taken from
   */
  public static RunConfig parse(String name, String text, Path base) {
    return YamlDocument.parse(name, text, root -> new ConfigReader(base).read(root));
  }

  /** This configuration with its results elsewhere. */
  public RunConfig withWork(Location newWork) {
    return new RunConfig(
        run, newWork, seed, data, view, teachers, ensemble, labels, student, train, loss, device,
        memory, threads, storage, watch);
  }

  /** This configuration under another name. */
  public RunConfig withRun(String newRun) {
    return new RunConfig(
        newRun, work, seed, data, view, teachers, ensemble, labels, student, train, loss, device,
        memory, threads, storage, watch);
  }

  /** This configuration with other teachers. */
  public RunConfig withTeachers(List<TeacherConfig> others) {
    return new RunConfig(
        run, work, seed, data, view, others, ensemble, labels, student, train, loss, device, memory,
        threads, storage, watch);
  }

  /**
   * This configuration with other initial parameters and another order of samples, but the same
   * views, so that labels made for one are those of the other.
   */
  public RunConfig withTrainingSeed(long newSeed) {
    return withSeeds(newSeed, viewSeed());
  }

  /** This configuration with views of another seed. */
  public RunConfig withViewSeed(long newSeed) {
    return withSeeds(seed, newSeed);
  }

  private RunConfig withSeeds(long newSeed, long viewSeed) {
    return new RunConfig(
        run,
        work,
        newSeed,
        data,
        view.withSeed(viewSeed),
        teachers,
        ensemble,
        labels,
        student,
        train,
        loss,
        device,
        memory,
        threads,
        storage,
        watch);
  }

  /** What the random numbers of views follow from. */
  public long viewSeed() {
    return view.seed().orElse(seed);
  }

  /** Where the run's results go: {@code <work>/<run>}. */
  public ObjectUri folder() {
    return work.uri().child(run);
  }

  /** Where teacher logits are kept. */
  public Location labelStore() {
    return labels.store().orElseGet(() -> new Location(work.text() + "/labels", work.base()));
  }

  /** Whether the loss compares the student with teachers, so that training reads labels. */
  public boolean distils() {
    return loss.stream().anyMatch(LossConfig::needsTeacher);
  }

  /** What is allowed, but hardly meant; one line each, for the log. */
  public List<String> warnings() {
    List<String> warnings = new ArrayList<>();
    if (!teachers.isEmpty() && !distils()) {
      warnings.add(
          "loss has no term that listens to a teacher (all but ce do): the student is trained"
              + " without "
              + teachers.stream().map(TeacherConfig::name).collect(Collectors.joining(", ")));
    }
    if (teachers.size() < 2 && !ensemble.equals(EnsembleConfig.DEFAULT)) {
      warnings.add(
          "ensemble says how several teachers teach, and there are not several: no effect");
    }
    if (teachers.size() > 1 && !labels.haveMean() && !data.test().isEmpty()) {
      warnings.add(
          "labels.encoding %s has no mean of several teachers: on the test data the student is compared with the first, %s, alone"
              .formatted(labels.encoding(), teachers.get(0).name()));
    }
    for (int i = 0; i < loss.size(); i++) {
      WeightConfig weight = loss.get(i).weight();
      if (weight.epochs() > train.epochs()) {
        warnings.add(
            "loss[%d].weight moves from %s to %s over %s epochs, and train.epochs is %d: it does not get there"
                .formatted(
                    i,
                    Rules.text(weight.from()),
                    Rules.text(weight.to()),
                    Rules.text(weight.epochs()),
                    train.epochs()));
      }
    }
    return warnings;
  }

  /**
   * A hash over all that the trained student follows from: seed, training data, views, teachers,
   * label encoding, student, train and loss; neither names and places of results nor device, memory
   * and threads. A checkpoint carries it, so that a run cannot go on with another configuration.
   *
   * @return 64 hexadecimal digits, the same on every machine
   */
  public String fingerprint() {
    return ConfigText.fingerprint(this);
  }

  /** What distinguishes this run, in one line for people. */
  public String summary() {
    return recipe() + ", seed " + seed;
  }

  /** The same without the seed. */
  public String recipe() {
    String from =
        teachers.isEmpty()
            ? ""
            : teachers.stream()
                    .map(TeacherConfig::name)
                    .collect(Collectors.joining(" + ", " from ", ""))
                + (teachers.size() > 1 ? ensemble.summary() : "");
    return student.name()
        + from
        + ", "
        + loss.stream().map(LossConfig::type).collect(Collectors.joining(" + "))
        + ", "
        + train.epochs()
        + (train.epochs() == 1 ? " epoch" : " epochs")
        + " in batches of "
        + train.batch()
        + ", "
        + view.policy()
        + " "
        + view.size()
        + " × "
        + view.count()
        + (view.count() == 1 ? " view" : " views");
  }

  /** The whole configuration as YAML, defaults spelt out; reading it gives an equal one. */
  public String toYaml() {
    return ConfigText.yaml(this);
  }
}
