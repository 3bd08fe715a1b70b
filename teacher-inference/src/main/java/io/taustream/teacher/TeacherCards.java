package io.taustream.teacher;

import io.taustream.storage.TaustreamException;
import io.taustream.storage.document.NumberRange;
import io.taustream.storage.document.YamlDocument;
import io.taustream.storage.document.YamlMap;
import io.taustream.storage.document.YamlValue;
import io.taustream.teacher.TeacherCard.ChannelOrder;
import io.taustream.teacher.TeacherCard.ElementType;
import io.taustream.teacher.TeacherCard.Layout;
import io.taustream.teacher.TeacherCard.OutputKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Reads what a card file and a model's metadata say of a {@link TeacherCard}. */
final class TeacherCards {
  /** Metadata keys that begin so are card keys, their values YAML as in a card file. */
  static final String METADATA_PREFIX = "taustream.";

  /** Not {@code device}: where it runs is nothing that a model can say of itself. */
  private static final List<String> KEYS =
      List.of(
          "size",
          "layout",
          "channels",
          "type",
          "mean",
          "deviation",
          "range",
          "output",
          "output-kind",
          "classes",
          StatedClasses.MAP,
          StatedClasses.NAMES,
          StatedClasses.UNMAPPED);

  private TeacherCards() {}

  /**
   * What the card file beside the model says; nothing where there is none.
   *
   * @throws io.taustream.storage.document.DocumentException for unknown keys and impossible values,
   *     naming file, line and key
   */
  static CardFields file(ModelFile model) {
    return model
        .card()
        .map(path -> file(path, value -> lines(model, value)))
        .orElseGet(() -> CardFields.none("the card"));
  }

  /** The files beside the model that a card file names. */
  static List<String> filesNamedBy(Path card) {
    List<String> named = new ArrayList<>();
    file(
        card,
        value -> {
          named.add(value.string());
          return List.of();
        });
    return named;
  }

  private static CardFields file(Path card, Function<YamlValue, List<String>> lines) {
    return YamlDocument.read(card, root -> fields("the card " + card, root, lines));
  }

  private static List<String> lines(ModelFile model, YamlValue value) {
    Path file = model.namedByCard(value.string());
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw value.problem(
          Files.isRegularFile(file)
              ? "%s cannot be read as UTF-8 text: %s".formatted(file, e)
              : "the file %s is missing; copy it beside the model".formatted(file));
    }
  }

  /**
   * What the model's metadata say: the card's keys with the prefix {@value #METADATA_PREFIX}, then
   * the keys of ONNX's image metadata convention (onnx/docs/MetadataProps.md): {@code
   * Image.BitmapPixelFormat} ({@code Rgb8}, {@code Bgr8}, {@code Gray8}) and {@code
   * Image.NominalPixelRange} ({@code NominalRange_0_255}, {@code Normalized_0_1}, {@code
   * Normalized_1_1}).
   *
   * @throws io.taustream.storage.document.DocumentException for impossible values of the former
   */
  static CardFields metadata(ModelFile model, Map<String, String> metadata) {
    String own =
        KEYS.stream()
            .filter(key -> metadata.containsKey(METADATA_PREFIX + key))
            .map(key -> key + ": " + metadata.get(METADATA_PREFIX + key) + "\n")
            .collect(Collectors.joining());
    CardFields image = imageConvention(metadata);
    if (own.isEmpty()) {
      return image;
    }
    String source = "metadata " + METADATA_PREFIX + "* of " + model.uri();
    return YamlDocument.parse(source, own, root -> fields(source, root, TeacherCards::noFile))
        .or(image);
  }

  private static List<String> noFile(YamlValue value) {
    throw value.error("a list; files are named by card files only");
  }

  private static CardFields imageConvention(Map<String, String> metadata) {
    CardFields none = CardFields.none("the model's metadata");
    CardFields channels =
        switch (metadata.getOrDefault("Image.BitmapPixelFormat", "")) {
          case "Rgb8" -> none.withChannels(ChannelOrder.RGB);
          case "Bgr8" -> none.withChannels(ChannelOrder.BGR);
          case "Gray8" -> none.withChannels(ChannelOrder.GREY);
          default -> none;
        };
    return switch (metadata.getOrDefault("Image.NominalPixelRange", "")) {
      case "NominalRange_0_255" -> channels.withNormalisation(0, 1, 1);
      case "Normalized_0_1" -> channels.withNormalisation(0, 1, 255);
      case "Normalized_1_1" -> channels.withNormalisation(0.5, 0.5, 255);
      default -> channels;
    };
  }

  private static CardFields fields(
      String source, YamlMap root, Function<YamlValue, List<String>> lines) {
    return new CardFields(
        source,
        root.find("size").map(v -> v.integer(1, TeacherCard.LARGEST_SIZE)),
        root.find("layout").map(v -> v.constant(Layout.class)),
        root.find("channels").map(v -> v.constant(ChannelOrder.class)),
        root.find("type").map(v -> v.constant(ElementType.class)),
        root.find("mean").map(v -> numbers(v, NumberRange.any())),
        root.find("deviation").map(v -> numbers(v, NumberRange.above(0))),
        root.find("range").map(TeacherCards::range),
        root.find("output").map(YamlValue::string),
        root.find("output-kind").map(v -> v.constant(OutputKind.class)),
        root.find("classes").map(v -> v.integer(2, Integer.MAX_VALUE)),
        StatedClasses.read(root, lines),
        root.find("device").map(TeacherCards::device));
  }

  private static List<Double> numbers(YamlValue value, NumberRange range) {
    if (!value.isList() || (value.list().size() != 3 && value.list().size() != 1)) {
      throw value.error("a list of three numbers, one a channel, or of one for all channels");
    }
    return value.list().stream().map(v -> v.number(range)).toList();
  }

  private static Device device(YamlValue value) {
    return value.parsed(
        Device.ALLOWED,
        text -> {
          try {
            return Optional.of(Device.parse(text));
          } catch (TaustreamException e) {
            return Optional.empty();
          }
        });
  }

  private static int range(YamlValue value) {
    int range = value.integer(1, 255);
    if (range != 1 && range != 255) {
      throw value.error("255 or 1");
    }
    return range;
  }
}
