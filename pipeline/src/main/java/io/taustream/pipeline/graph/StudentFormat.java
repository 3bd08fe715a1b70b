package io.taustream.pipeline.graph;

import io.taustream.pipeline.config.StudentConfig;
import io.taustream.student.model.NetworkStudent;
import io.taustream.student.model.Student;
import io.taustream.student.model.TorchScriptStudent;
import io.taustream.student.onnx.OnnxExport;

/** The kind of file that a trained student becomes. */
enum StudentFormat {
  /** For the models that this project describes itself. */
  ONNX(".onnx", "a name that ends with .onnx") {
    @Override
    byte[] model(Student student) {
      return OnnxExport.model((NetworkStudent) student);
    }
  },
  /** For modules that came as such: their code is libtorch's, which writes no ONNX. */
  TORCHSCRIPT(
      ".pt",
      "for a student from student.torchscript a name that ends with .pt, of which torch.onnx.export"
          + " in Python makes ONNX (docs/formats.md)") {
    @Override
    byte[] model(Student student) {
      return ((TorchScriptStudent) student).toTorchScript();
    }
  };

  private final String ending;
  private final String allowedNames;

  StudentFormat(String ending, String allowedNames) {
    this.ending = ending;
    this.allowedNames = allowedNames;
  }

  static StudentFormat of(StudentConfig config) {
    return config.torchscript().isPresent() ? TORCHSCRIPT : ONNX;
  }

  /** How the file's name ends, with the dot. */
  String ending() {
    return ending;
  }

  /** What an error says of names that do not end so. */
  String allowedNames() {
    return allowedNames;
  }

  /** The file's bytes, with the values that the student has now. */
  abstract byte[] model(Student student);
}
