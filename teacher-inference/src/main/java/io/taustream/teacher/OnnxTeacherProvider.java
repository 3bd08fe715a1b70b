package io.taustream.teacher;

import java.nio.file.Path;
import java.util.Optional;

/**
 * ONNX models, the type where a configuration names none. It has one option, {@code
 * custom-operators}: a library of this machine with the operators that ONNX Runtime does not have
 * itself.
 */
public final class OnnxTeacherProvider implements TeacherProvider {
  /** The type. */
  public static final String TYPE = "onnx";

  private static final String CUSTOM_OPERATORS = "custom-operators";

  /** For {@link java.util.ServiceLoader}. */
  public OnnxTeacherProvider() {}

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public Teacher open(TeacherRequest request) {
    request.allowOptions(CUSTOM_OPERATORS);
    ModelFile model = ModelFile.fetch(request.objects(), request.requireModel(), request.scratch());
    Optional<Path> library = request.optionFile(CUSTOM_OPERATORS);
    return OnnxTeacher.open(
        request.name(),
        library.map(model::withCustomOperators).orElse(model),
        request.data(),
        request.execution(),
        request.allocator());
  }
}
