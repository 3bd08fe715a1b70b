package io.taustream.teacher;

import io.taustream.storage.Sha256;
import io.taustream.storage.TaustreamException;
import io.taustream.storage.object.ObjectNotFoundException;
import io.taustream.storage.object.ObjectStore;
import io.taustream.storage.object.ObjectUri;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An ONNX model on the local disk with what belongs to it: its external data files, its card and
 * what that names. Immutable and thread-safe.
 */
public final class ModelFile {
  static final String SUFFIX = ".onnx";
  private static final String EXTERNAL_DATA = "external data";
  private static final String CARDS_FILE = "the card's file";

  private final ObjectUri uri;
  private final Path path;
  private final List<Path> externalData;
  private final Optional<Path> card;
  private final Optional<Path> customOperators;
  private final ModelStructure structure;

  private ModelFile(
      ObjectUri uri,
      Path path,
      List<Path> externalData,
      Optional<Path> card,
      Optional<Path> customOperators,
      ModelStructure structure) {
    this.uri = uri;
    this.path = path;
    this.externalData = List.copyOf(externalData);
    this.card = card;
    this.customOperators = customOperators;
    this.structure = structure;
  }

  /**
   * Makes a model local: a {@code file:} model is used where it lies, one in another store is
   * copied into {@code cacheDir} with its external data files and its card. Blocks; not for a
   * thread that serves I/O.
   *
   * <p>External data must lie in the model's folder or below it: a location that is absolute or
   * leads out by {@code ..} or by a symbolic link is refused, for whoever wrote the model would
   * choose which file of this machine is read.
   *
   * @throws TaustreamException if the file is missing or no whole ONNX model, or if external data
   *     is missing, too short or elsewhere
   */
  public static ModelFile fetch(ObjectStore store, ObjectUri model, Path cacheDir) {
    return model.isFile() ? local(model) : remote(store, model, cacheDir);
  }

  private static ModelFile local(ObjectUri model) {
    Path path = model.toPath();
    if (!Files.isRegularFile(path)) {
      throw new ObjectNotFoundException(
          "model "
              + model
              + (Files.isDirectory(path) ? " is a folder" : " does not exist")
              + "; give the path of an .onnx file");
    }
    ModelStructure structure = ModelStructure.read(path, model.toString());
    List<Path> externalData = new ArrayList<>();
    for (Map.Entry<String, Long> external : structure.externalData().entrySet()) {
      Path file = path.resolveSibling(inside(model, EXTERNAL_DATA, external.getKey()));
      if (!Files.isRegularFile(file)) {
        throw missingExternalData(model, external.getKey(), null);
      }
      refuseLinkOutside(model, path, file, EXTERNAL_DATA, external.getKey());
      externalData.add(checkedLength(model, file, external.getValue()));
    }
    Path card = path.resolveSibling(cardName(model));
    return new ModelFile(
        model,
        path,
        externalData,
        Files.isRegularFile(card) ? Optional.of(card) : Optional.empty(),
        Optional.empty(),
        structure);
  }

  private static ModelFile remote(ObjectStore store, ObjectUri model, Path cacheDir) {
    ObjectCache cache = cache(store, model, cacheDir);
    Path path = cache.fetch(model, model.name());
    ModelStructure structure = ModelStructure.read(path, model.toString());
    List<Path> externalData = new ArrayList<>();
    for (Map.Entry<String, Long> external : structure.externalData().entrySet()) {
      String location = inside(model, EXTERNAL_DATA, external.getKey()).toString();
      try {
        Path file = cache.fetch(sibling(model, location), location);
        externalData.add(checkedLength(model, file, external.getValue()));
      } catch (ObjectNotFoundException e) {
        throw missingExternalData(model, external.getKey(), e);
      }
    }
    Optional<Path> card = cache.fetchIfPresent(sibling(model, cardName(model)), cardName(model));
    for (String named : card.map(TeacherCards::filesNamedBy).orElse(List.of())) {
      // Where it is missing, the card's reader says so.
      String location = inside(model, CARDS_FILE, named).toString();
      cache.fetchIfPresent(sibling(model, location), location);
    }
    return new ModelFile(model, path, externalData, card, Optional.empty(), structure);
  }

  /**
   * The same model with a library of operators that ONNX Runtime does not have itself. Loading it
   * runs its code in this process: it is named by whoever runs the command, never by a card or a
   * model, which may come from elsewhere.
   *
   * @param library a file of this machine that exports {@code RegisterCustomOps}
   * @throws TaustreamException if there is no such file
   */
  public ModelFile withCustomOperators(Path library) {
    if (!Files.isRegularFile(library)) {
      throw failure(
          "the library of its custom operators, %s, does not exist; correct its path"
              .formatted(library));
    }
    return new ModelFile(uri, path, externalData, card, Optional.of(library), structure);
  }

  /** Where a model of another store is copied to: a folder for each, so that names never clash. */
  static ObjectCache cache(ObjectStore store, ObjectUri model, Path cacheDir) {
    String folder = Sha256.hex(model.toString());
    return new ObjectCache(store, cacheDir.resolve(folder.substring(0, 16)));
  }

  /** Where the model came from; messages call it by this. */
  public ObjectUri uri() {
    return uri;
  }

  /** Where it lies on this machine. */
  public Path path() {
    return path;
  }

  /** The card beside the model, if there is one. */
  public Optional<Path> card() {
    return card;
  }

  /** Where its card lies, or would lie. */
  public ObjectUri cardUri() {
    return sibling(uri, cardName(uri));
  }

  /**
   * Where a file that the card names lies on this machine: in the model's folder or below it. It
   * may be missing.
   *
   * @throws TaustreamException if it lies elsewhere
   */
  Path namedByCard(String location) {
    Path file = path.resolveSibling(inside(uri, CARDS_FILE, location));
    if (Files.exists(file)) {
      refuseLinkOutside(uri, path, file, CARDS_FILE, location);
    }
    return file;
  }

  /** The library of its custom operators, if it needs one. */
  Optional<Path> customOperators() {
    return customOperators;
  }

  ModelStructure structure() {
    return structure;
  }

  /** The length of the model and its external data, most of which are weights. */
  long bytes() {
    try {
      long bytes = Files.size(path);
      for (Path file : externalData) {
        bytes += Files.size(file);
      }
      return bytes;
    } catch (IOException e) {
      throw unreadable("its files cannot be read: " + e, e);
    }
  }

  /** The hash of a {@link TeacherIdentity}: reads every byte of the model once. */
  String sha256(TeacherCard card) {
    MessageDigest digest = Sha256.begin();
    digest(path, digest);
    externalData.forEach(file -> digest(file, digest));
    customOperators.ifPresent(library -> digest(library, digest));
    digest.update(card.identityYaml().getBytes(StandardCharsets.UTF_8));
    return Sha256.hex(digest);
  }

  /** A failure of this model, as the user sees it. */
  TaustreamException failure(String what) {
    return new ModelFaultException("model " + uri + ": " + what);
  }

  /** Like {@link #failure(String)}, with its cause. */
  TaustreamException failure(String what, Throwable cause) {
    return new ModelFaultException("model " + uri + ": " + what, cause);
  }

  /** The disk failed, not the model. */
  private TaustreamException unreadable(String what, IOException cause) {
    return new TaustreamException("model " + uri + ": " + what, cause);
  }

  private void digest(Path file, MessageDigest digest) {
    byte[] buffer = new byte[1 << 16];
    try (InputStream in = Files.newInputStream(file)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
      }
    } catch (IOException e) {
      throw unreadable(file + " cannot be read: " + e, e);
    }
  }

  /** A location in the model's folder or below it; any other is refused. */
  static Path inside(ObjectUri model, String what, String location) {
    try {
      Path relative = Path.of(location).normalize();
      boolean inFolder =
          !relative.isAbsolute() && !relative.startsWith("..") && !relative.toString().isEmpty();
      if (inFolder) {
        return relative;
      }
    } catch (InvalidPathException e) {
      // Refused below like every other location that is no path in the folder.
    }
    throw new ModelFaultException(
        "model %s: %s '%s' lies outside the model's folder; only files beside the model are read: move it there and export the model again"
            .formatted(model, what, location));
  }

  private static void refuseLinkOutside(
      ObjectUri model, Path path, Path file, String what, String location) {
    try {
      Path folder = path.toAbsolutePath().getParent().toRealPath();
      Path target = file.toRealPath();
      if (!target.startsWith(folder)) {
        throw new ModelFaultException(
            "model %s: %s '%s' is a link to %s, outside the model's folder; only files beside the model are read: copy it there"
                .formatted(model, what, location, target));
      }
    } catch (IOException e) {
      throw new TaustreamException("model " + model + ": " + file + " cannot be read: " + e, e);
    }
  }

  private static Path checkedLength(ObjectUri model, Path file, long needed) {
    try {
      if (Files.size(file) < needed) {
        throw new ModelFaultException(
            "model %s: external data %s has %d bytes, the model reads %d; copy it again"
                .formatted(model, file.getFileName(), Files.size(file), needed));
      }
      return file;
    } catch (IOException e) {
      throw new TaustreamException("model " + model + ": " + file + " cannot be read: " + e, e);
    }
  }

  private static TaustreamException missingExternalData(
      ObjectUri model, String location, ObjectNotFoundException cause) {
    return new ModelFaultException(
        "model %s: external data '%s' is missing; copy it beside the model"
            .formatted(model, location),
        cause);
  }

  static ObjectUri sibling(ObjectUri uri, String name) {
    String folder = uri.path().substring(0, uri.path().lastIndexOf('/') + 1);
    return new ObjectUri(uri.scheme(), uri.bucket(), folder + name);
  }

  static String cardName(ObjectUri model) {
    String name = model.name();
    return (name.endsWith(SUFFIX) ? name.substring(0, name.length() - SUFFIX.length()) : name)
        + ".yaml";
  }
}
