package io.taustream.pipeline.graph;

import io.taustream.pipeline.config.StudentConfig;
import io.taustream.storage.Sha256;
import io.taustream.storage.object.ObjectStore;
import io.taustream.storage.object.ObjectUri;
import io.taustream.student.model.PixelNormalisation;
import io.taustream.student.model.Student;
import io.taustream.student.model.StudentDevice;
import io.taustream.student.model.TorchScriptStudent;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Optional;

/** The TorchScript file that a run's student is made from, in memory. */
final class StudentModule {
  private final String name;
  private final byte[] content;

  private StudentModule(String name, byte[] content) {
    this.name = name;
    this.content = content;
  }

  /** Reads the file, if the student comes from one. Blocking. */
  static Optional<StudentModule> fetch(StudentConfig config, ObjectStore objects) {
    return config
        .torchscript()
        .map(location -> new StudentModule(config.name(), read(location.uri(), objects)));
  }

  private static byte[] read(ObjectUri file, ObjectStore objects) {
    return objects
        .read(file)
        .collect(ByteArrayOutputStream::new, StudentModule::append)
        .map(ByteArrayOutputStream::toByteArray)
        .block();
  }

  private static void append(ByteArrayOutputStream content, ByteBuffer part) {
    byte[] bytes = new byte[part.remaining()];
    part.get(bytes);
    content.writeBytes(bytes);
  }

  /** Of the file's content: 64 hexadecimal digits. */
  String sha256() {
    return Sha256.hex(content);
  }

  /** The student with the weights that the file has. */
  Student student(
      int classes,
      int imageSize,
      PixelNormalisation normalisation,
      long seed,
      StudentDevice device) {
    return TorchScriptStudent.load(name, content, classes, imageSize, normalisation, seed, device);
  }
}
