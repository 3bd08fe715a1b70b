package io.taustream.pipeline.graph;

import io.taustream.pipeline.config.TeacherConfig;
import io.taustream.storage.object.ObjectUri;

/** What becomes of a model that was found in a watched prefix. */
sealed interface Admission {
  ObjectUri model();

  /**
   * It teaches.
   *
   * @param teacher as the configuration would name it
   * @param verdict why
   */
  record Taken(ObjectUri model, TeacherConfig teacher, TeacherVerifying.Summary verdict)
      implements Admission {}

  /**
   * It does not, as long as it is as it is.
   *
   * @param reason one line that names the model, what was found and what to do
   */
  record Refused(ObjectUri model, String reason) implements Admission {}

  /**
   * It could not be judged or used, for a reason that lies elsewhere and may pass.
   *
   * @param reason one line
   */
  record Postponed(ObjectUri model, String reason) implements Admission {}
}
