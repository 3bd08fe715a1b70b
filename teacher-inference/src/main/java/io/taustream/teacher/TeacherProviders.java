package io.taustream.teacher;

import io.taustream.storage.TaustreamException;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.TreeMap;

/** The providers of teachers, by their types. As thread-safe as the providers. */
public final class TeacherProviders {
  private final Map<String, TeacherProvider> providers = new TreeMap<>();

  /**
   * @throws TaustreamException if two have the same type
   */
  TeacherProviders(List<TeacherProvider> all) {
    for (TeacherProvider provider : all) {
      TeacherProvider other = providers.putIfAbsent(provider.type(), provider);
      if (other != null) {
        throw new TaustreamException(
            "two providers of teachers have the type %s, %s and %s; keep one of them in TAUSTREAM_CLASSPATH"
                .formatted(
                    provider.type(), other.getClass().getName(), provider.getClass().getName()));
      }
    }
  }

  /**
   * Those on the class path.
   *
   * @throws TaustreamException if one of them cannot be loaded, or two have the same type
   */
  public static TeacherProviders installed() {
    try {
      return new TeacherProviders(
          ServiceLoader.load(TeacherProvider.class).stream()
              .map(ServiceLoader.Provider::get)
              .toList());
    } catch (ServiceConfigurationError | LinkageError e) {
      throw new TaustreamException(
          "a provider of teachers cannot be loaded: %s; correct its jar or take it out of TAUSTREAM_CLASSPATH"
              .formatted(e.getMessage()),
          e);
    }
  }

  /**
   * Opens a teacher and watches over it: what it gives is checked.
   *
   * @throws TaustreamException if there is no such type, or if its provider fails
   */
  public Teacher open(String type, TeacherRequest request) {
    TeacherProvider provider = providers.get(type);
    if (provider == null) {
      throw request.failure(
          "there is no type %s; found %s: correct type, or add the jar of its provider to TAUSTREAM_CLASSPATH"
              .formatted(type, String.join(", ", providers.keySet())));
    }
    return CheckedTeacher.open(provider, request);
  }
}
