package io.taustream.pipeline.command;

import io.taustream.storage.TaustreamException;
import io.taustream.storage.object.ObjectStore;
import io.taustream.storage.object.ObjectStores;
import io.taustream.storage.object.ObjectUri;
import io.taustream.teacher.CardFile;
import io.taustream.teacher.ModelFile;
import io.taustream.teacher.TeacherInspection;
import io.taustream.teacher.TensorDescription;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code taustream teacher inspect}. */
@Command(
    name = "inspect",
    mixinStandardHelpOptions = true,
    description = "Says what a model takes and gives, and the card that would be used.")
final class TeacherInspectCommand implements Callable<Integer> {
  @Mixin private S3Options s3;
  @Mixin private CardOptions card;
  @Mixin private ModelOptions options;
  @Mixin private Output output;

  @Parameters(paramLabel = "MODEL.onnx", description = "A path or s3://bucket/key.")
  private String model;

  @Override
  public Integer call() {
    try (ObjectStore objects = ObjectStores.open(s3.settings())) {
      Path cache = Path.of(System.getProperty("java.io.tmpdir"), "taustream-models");
      ModelFile file =
          options.addTo(ModelFile.fetch(objects, ObjectUri.parse(model, Path.of("")), cache));
      TeacherInspection inspection = TeacherInspection.of(file, Optional.empty());
      output.print(json(inspection), text(inspection));
      if (card.write()) {
        write(new CardFile(objects, file), inspection);
      }
      return inspection.card().isPresent() ? ExitStatus.DONE : ExitStatus.FAILED;
    }
  }

  private void write(CardFile file, TeacherInspection inspection) {
    if (inspection.card().isEmpty()) {
      throw new TaustreamException(
          "there is no card to write to %s: %s"
              .formatted(file.uri(), inspection.problem().orElse("none fits the model")));
    }
    card.write(
        file,
        inspection.card().get(),
        "How to feed this model, as Taustream inferred it; teacher verify tells whether it fits.");
  }

  private Map<String, Object> json(TeacherInspection inspection) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("model", model);
    json.put("producer", inspection.model().producer());
    json.put("opset", inspection.model().opset());
    json.put("inputs", tensors(inspection.model().inputs()));
    json.put("outputs", tensors(inspection.model().outputs()));
    json.put("metadata", inspection.model().metadata());
    json.put("card", inspection.card().map(CardJson::of).orElse(null));
    json.put("guessed", inspection.guessed());
    json.put("problem", inspection.problem().orElse(null));
    json.put("providers", inspection.providers());
    return json;
  }

  private static List<Map<String, Object>> tensors(List<TensorDescription> tensors) {
    return tensors.stream()
        .map(
            tensor -> {
              Map<String, Object> json = new LinkedHashMap<>();
              json.put("name", tensor.name());
              json.put("type", tensor.type());
              json.put("shape", tensor.shape());
              return json;
            })
        .toList();
  }

  private String text(TeacherInspection inspection) {
    StringBuilder text = new StringBuilder();
    text.append(
        "%s: made by %s, opset %s%n"
            .formatted(model, inspection.model().producer(), inspection.model().opset()));
    text.append("takes     ").append(line(inspection.model().inputs()));
    text.append("gives     ").append(line(inspection.model().outputs()));
    text.append("providers ").append(String.join(", ", inspection.providers())).append('\n');
    inspection
        .card()
        .ifPresent(card -> text.append("\nThe card that would be used:\n\n").append(card.toYaml()));
    inspection.problem().ifPresent(problem -> text.append("\nNo card: ").append(problem));
    if (!inspection.guessed().isEmpty()) {
      text.append("\nGuessed, check it: ").append(String.join("; ", inspection.guessed()));
    }
    return text.toString();
  }

  private static String line(List<TensorDescription> tensors) {
    return tensors.stream()
        .map(tensor -> tensor.name() + " " + tensor.type() + tensor.shape())
        .collect(Collectors.joining(", ", "", "\n"));
  }
}
