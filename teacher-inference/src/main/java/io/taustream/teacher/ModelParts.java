package io.taustream.teacher;

import io.taustream.storage.TaustreamException;
import io.taustream.storage.object.ObjectNotFoundException;
import io.taustream.storage.object.ObjectStore;
import io.taustream.storage.object.ObjectUri;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * What else must be there for a model to be whole: its external data files, and the files that its
 * card names. Thread-safe.
 */
public final class ModelParts {
  private final ObjectStore store;
  private final Path cacheDir;

  /**
   * @param cacheDir where a model of another store than {@code file:} is copied to be read, as by
   *     {@link ModelFile#fetch}, which finds the copy there. Copies of models that are not there
   *     any more stay
   */
  public ModelParts(ObjectStore store, Path cacheDir) {
    this.store = store;
    this.cacheDir = cacheDir;
  }

  /** Whether an object's name is one of a model. */
  public static boolean isModel(ObjectUri object) {
    return object.path().endsWith(ModelFile.SUFFIX);
  }

  /** Where a model's card lies, or would lie. */
  public static ObjectUri card(ObjectUri model) {
    return ModelFile.sibling(model, ModelFile.cardName(model));
  }

  /**
   * The files that the model and its card name, in the order of their names, there or not. Of a
   * model or a card that cannot be read, and of locations outside the model's folder, nothing is
   * said: {@link ModelFile#fetch} refuses these. Blocks.
   *
   * @throws ObjectNotFoundException if there is no such model
   * @throws TaustreamException if it cannot be fetched
   */
  public List<ObjectUri> namedBy(ObjectUri model) {
    Path path;
    Optional<Path> card;
    if (model.isFile()) {
      path = model.toPath();
      if (!Files.isRegularFile(path)) {
        throw new ObjectNotFoundException("model " + model + " does not exist; give an .onnx file");
      }
      card = Optional.of(card(model).toPath()).filter(Files::isRegularFile);
    } else {
      ObjectCache cache = ModelFile.cache(store, model, cacheDir);
      path = cache.fetch(model, model.name());
      card = cache.fetchIfPresent(card(model), ModelFile.cardName(model));
    }
    TreeSet<ObjectUri> named = new TreeSet<>();
    readable(() -> ModelStructure.read(path, model.toString()).externalData().keySet())
        .forEach(location -> locate(model, location).ifPresent(named::add));
    card.ifPresent(
        file ->
            readable(() -> TeacherCards.filesNamedBy(file))
                .forEach(location -> locate(model, location).ifPresent(named::add)));
    return new ArrayList<>(named);
  }

  private static Collection<String> readable(Supplier<Collection<String>> reading) {
    try {
      return reading.get();
    } catch (TaustreamException e) {
      return List.of();
    }
  }

  private static Optional<ObjectUri> locate(ObjectUri model, String location) {
    try {
      Path inFolder = ModelFile.inside(model, "a file", location);
      return Optional.of(ModelFile.sibling(model, inFolder.toString()));
    } catch (TaustreamException e) {
      return Optional.empty();
    }
  }
}
