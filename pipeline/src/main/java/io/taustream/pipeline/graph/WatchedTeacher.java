package io.taustream.pipeline.graph;

import io.taustream.storage.object.ObjectUri;
import java.util.Optional;

/**
 * A model in a watched prefix and how far it has come.
 *
 * @param model the ONNX file
 * @param state how far
 * @param reason why it does not teach, in one line; empty where it does or will
 * @param verdict what labelled samples say of it, with its card; empty before they have been shown
 *     to it, and where it was refused
 * @param labels what was labelled; empty before
 */
public record WatchedTeacher(
    ObjectUri model,
    State state,
    Optional<String> reason,
    Optional<TeacherVerifying.Summary> verdict,
    Optional<Labelling.TeacherSummary> labels) {
  /** How far a model has come. */
  public enum State {
    /** It is being inspected and verified. */
    JUDGED,
    /** It was taken up; its labels are being made. */
    LABELLING,
    /** It was taken up, and every shard of this process's part has its labels. */
    LABELLED,
    /** It does not teach, and is tried again when it has changed. */
    REFUSED,
    /** It could not be dealt with, and is tried again after a while. */
    POSTPONED
  }

  static WatchedTeacher judged(ObjectUri model) {
    return new WatchedTeacher(
        model, State.JUDGED, Optional.empty(), Optional.empty(), Optional.empty());
  }

  static WatchedTeacher labelling(Admission.Taken taken) {
    return new WatchedTeacher(
        taken.model(),
        State.LABELLING,
        Optional.empty(),
        Optional.of(taken.verdict()),
        Optional.empty());
  }

  WatchedTeacher labelled(Labelling.TeacherSummary labels) {
    return new WatchedTeacher(model, State.LABELLED, reason, verdict, Optional.of(labels));
  }

  static WatchedTeacher not(State state, ObjectUri model, String reason) {
    return new WatchedTeacher(
        model, state, Optional.of(reason), Optional.empty(), Optional.empty());
  }
}
