package io.taustream.teacher;

import io.taustream.storage.TaustreamException;
import io.taustream.teacher.CardInference.InferredCard;
import java.util.List;
import java.util.Optional;

/**
 * What a model takes and gives, and how it would be used as a teacher.
 *
 * @param model what the model says of itself
 * @param card the card that would be used; empty where none can make it a teacher
 * @param guessed what in the card rests on a guess, one {@code key: value (reason)} each
 * @param problem why there is no card
 * @param providers ONNX Runtime's execution providers on this machine, such as {@code CPU}
 */
public record TeacherInspection(
    ModelDescription model,
    Optional<TeacherCard> card,
    List<String> guessed,
    Optional<String> problem,
    List<String> providers) {
  public TeacherInspection {
    guessed = List.copyOf(guessed);
    providers = List.copyOf(providers);
  }

  /**
   * Opens a model on the CPU and looks at it.
   *
   * @param data what it shall label, where that is known
   * @throws TaustreamException if the model does not open or its card file is wrong
   */
  public static TeacherInspection of(ModelFile model, Optional<DataShape> data) {
    CardFields stated = TeacherCards.file(model);
    try (OnnxSession session =
        OnnxSession.open(model, new ExecutionSettings(new Device.Cpu(), 1))) {
      ModelDescription description = session.describe();
      CardFields all = stated.or(TeacherCards.metadata(model, description.metadata()));
      try {
        InferredCard inferred = CardInference.infer(model, description, all, data);
        return new TeacherInspection(
            description,
            Optional.of(inferred.card()),
            inferred.guessed(),
            Optional.empty(),
            DeviceSelection.providers());
      } catch (TaustreamException e) {
        return new TeacherInspection(
            description,
            Optional.empty(),
            List.of(),
            Optional.of(e.getMessage()),
            DeviceSelection.providers());
      }
    }
  }
}
