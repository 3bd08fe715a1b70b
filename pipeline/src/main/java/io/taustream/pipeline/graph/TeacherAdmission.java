package io.taustream.pipeline.graph;

import io.taustream.pipeline.config.Location;
import io.taustream.pipeline.config.RunConfig;
import io.taustream.pipeline.config.TeacherConfig;
import io.taustream.pipeline.config.WatchConfig;
import io.taustream.storage.TaustreamException;
import io.taustream.storage.document.DocumentException;
import io.taustream.storage.object.ObjectUri;
import io.taustream.teacher.ModelFaultException;
import io.taustream.teacher.verify.TeacherVerdict;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Judges models that were found in a watched prefix: a model teaches if its name is free, it runs
 * on images of the data's size, and labelled samples neither show a fault nor leave it possible
 * that it guesses. Blocking; one model at a time.
 */
final class TeacherAdmission {
  private static final Logger LOG = LoggerFactory.getLogger(TeacherAdmission.class);

  private final RunConfig config;
  private final WatchConfig watch;
  private final TeacherVerifying verifying;
  private final Predicate<ObjectUri> present;
  private final StopRequest stop;
  private final Map<String, ObjectUri> owners = new HashMap<>();

  /**
   * @param present whether a model still lies in the prefix; the name of one that does not is free
   */
  TeacherAdmission(
      RunConfig config,
      WatchConfig watch,
      TeacherVerifying verifying,
      Predicate<ObjectUri> present,
      StopRequest stop) {
    this.config = config;
    this.watch = watch;
    this.verifying = verifying;
    this.present = present;
    this.stop = stop;
  }

  /**
   * Judges a model. Nothing that is wrong with it is thrown.
   *
   * @throws StoppedException where the process is asked to stop
   */
  Admission judge(ObjectUri model) {
    stop.throwIfRequested();
    try {
      TeacherConfig teacher = configured(model).orElseGet(() -> watch.teacher(model));
      requireFree(teacher.name(), model);
      TeacherVerifying.Summary summary =
          verifying.verify(verifying.fetch(model), watch.samples(), Duration.ZERO);
      Optional<String> fault = fault(model, summary.verdict());
      if (fault.isPresent()) {
        return new Admission.Refused(model, fault.get());
      }
      owners.put(teacher.name(), model);
      return new Admission.Taken(model, teacher, summary);
    } catch (RuntimeException e) {
      // Libraries may refuse to begin while the JVM shuts down; that says nothing of the model.
      stop.throwIfRequested();
      return failed(model, e);
    }
  }

  /** A teacher of the configuration may lie in the prefix, too. */
  private Optional<TeacherConfig> configured(ObjectUri model) {
    return config.teachers().stream().filter(teacher -> isOf(teacher, model)).findFirst();
  }

  private static boolean isOf(TeacherConfig teacher, ObjectUri model) {
    return teacher.model().map(Location::uri).filter(model::equals).isPresent();
  }

  private void requireFree(String name, ObjectUri model) {
    for (TeacherConfig teacher : config.teachers()) {
      if (teacher.name().equals(name) && !isOf(teacher, model)) {
        throw taken(name, model, "the configuration's");
      }
    }
    ObjectUri owner = owners.get(name);
    if (owner != null && !owner.equals(model) && present.test(owner)) {
      throw taken(name, model, owner.toString());
    }
  }

  private static ModelFaultException taken(String name, ObjectUri model, String owner) {
    return new ModelFaultException(
        "model %s would be the teacher '%s', and another teacher has that name: %s; rename the file"
            .formatted(model, name, owner));
  }

  private static Optional<String> fault(ObjectUri model, TeacherVerdict verdict) {
    if (!verdict.isGuessing()) {
      return verdict.faultLine(model.toString());
    }
    String guesses =
        String.format(
            Locale.ROOT,
            "teacher %s is right on %.4f of %d samples, no better than guessing, however it is fed; check that it was trained on these %d classes",
            model,
            verdict.score().top1(),
            verdict.samples(),
            verdict.classes());
    return Optional.of(
        verdict.faultLine(model.toString()).map(line -> guesses + "; " + line).orElse(guesses));
  }

  /** What a failure on the way means for the model: whether it is to be changed, or waited for. */
  static Admission failed(ObjectUri model, RuntimeException failure) {
    if (!(failure instanceof TaustreamException)) {
      LOG.error("{} led to a failure that nobody foresaw, a bug", model, failure);
      return new Admission.Refused(
          model, "model %s led to a bug, please report it: %s".formatted(model, failure));
    }
    if (!(failure instanceof ModelFaultException || failure instanceof DocumentException)) {
      return new Admission.Postponed(model, failure.getMessage());
    }
    String reason = failure.getMessage();
    return new Admission.Refused(
        model, reason.contains(model.name()) ? reason : "model %s: %s".formatted(model, reason));
  }
}
