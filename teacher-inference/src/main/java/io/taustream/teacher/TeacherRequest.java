package io.taustream.teacher;

import io.taustream.storage.TaustreamException;
import io.taustream.storage.object.ObjectStore;
import io.taustream.storage.object.ObjectUri;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;

/**
 * What a {@link TeacherProvider} gets to open a teacher with.
 *
 * @param name the teacher's name in the configuration; its {@link TeacherIdentity} has the same
 * @param model {@code teachers[].model}; empty where the configuration names none
 * @param data what the teacher must fit: its logits are one for each of these classes
 * @param execution the device that is wished for, and how many threads may run
 * @param options {@code teachers[].options}
 * @param allocator where labels, and what is best accounted with them, are allocated. It outlives
 *     the teacher and belongs to the caller
 * @param objects where {@code model} is read from; belongs to the caller
 * @param scratch a local folder for files that may be lost, shared with other teachers and other
 *     processes; it need not be there yet
 */
public record TeacherRequest(
    String name,
    Optional<ObjectUri> model,
    DataShape data,
    ExecutionSettings execution,
    TeacherOptions options,
    BufferAllocator allocator,
    ObjectStore objects,
    Path scratch) {
  /**
   * The model, for types that cannot do without.
   *
   * @throws TaustreamException if the configuration names none
   */
  public ObjectUri requireModel() {
    return model.orElseThrow(
        () -> failure("it has no model, and its type needs one; add model: FILE to this teacher"));
  }

  /** An option; empty where it is not given. */
  public Optional<String> option(String key) {
    return Optional.ofNullable(options.values().get(key));
  }

  /**
   * A file that an option names, relative to the configuration's folder. It may be missing.
   *
   * @throws TaustreamException if it is in an object store
   */
  public Optional<Path> optionFile(String key) {
    return option(key)
        .map(
            text -> {
              ObjectUri uri = ObjectUri.parse(text, options.base());
              if (!uri.isFile()) {
                throw failure(
                    "option %s is %s; only a file of this machine is allowed: copy it here"
                        .formatted(key, text));
              }
              return uri.toPath();
            });
  }

  /**
   * Refuses options that the provider does not know, so that one that is mistyped is not passed
   * over in silence.
   *
   * @param keys all that it knows
   * @throws TaustreamException naming the first that is not among them
   */
  public void allowOptions(String... keys) {
    List<String> known = List.of(keys);
    for (String key : options.values().keySet()) {
      if (!known.contains(key)) {
        throw failure(
            "option %s is unknown to its type; allowed: %s"
                .formatted(key, known.isEmpty() ? "none" : String.join(", ", known)));
      }
    }
  }

  /** A failure of this teacher, as the user sees it. */
  public TaustreamException failure(String what) {
    return new TaustreamException("teacher " + name + ": " + what);
  }
}
