package io.taustream.student.onnx;

import ai.djl.ndarray.NDArray;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import io.taustream.student.model.Architecture;
import io.taustream.student.model.NetworkStudent;
import io.taustream.student.model.PixelNormalisation;
import io.taustream.student.model.Student;
import io.taustream.student.model.Student.NamedTensor;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A student as an ONNX model in inference form, and its card.
 *
 * <p>The model: IR version 8, operator set 17 of the default domain. One input {@code input},
 * float32, batch × 3 × size × size, RGB, normalised by the caller as the card says; one output
 * {@code logits}, float32, batch × classes. The batch is dynamic. Initializers have the names of
 * the student's tensors. Metadata: {@code taustream.model}, {@code taustream.classes}, {@code
 * taustream.size}.
 *
 * <p>The card: the YAML document that the teacher's side reads beside a model, so that a student
 * can be the next teacher. Its keys are {@code size} (pixels), {@code layout} (nchw), {@code
 * channels} (rgb), {@code mean} and {@code deviation} (three numbers each, for pixels in [0, 1]),
 * {@code range} (what a byte is divided by first), {@code output} (the output's name), {@code
 * output-kind} (logits) and {@code classes}.
 */
public final class OnnxExport {
  private static final String INPUT = "input";
  private static final String OUTPUT = "logits";
  private static final int IR_VERSION = 8;
  private static final int OPERATOR_SET = 17;
  private static final int CHANNELS = 3;

  private OnnxExport() {}

  /** The bytes of the {@code .onnx} file, with the values that the student has now. */
  public static byte[] model(NetworkStudent student) {
    Architecture architecture = student.architecture();
    OnnxGraph graph = new OnnxGraph(student.name(), tensors(student));
    graph.input(INPUT, CHANNELS, student.imageSize(), student.imageSize());
    graph.output(architecture.export(graph, INPUT), OUTPUT, student.classes());
    return ModelProto.newBuilder()
        .setIrVersion(IR_VERSION)
        .setProducerName("taustream")
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(OPERATOR_SET))
        .addMetadataProps(metadata("taustream.model", student.name()))
        .addMetadataProps(metadata("taustream.classes", student.classes()))
        .addMetadataProps(metadata("taustream.size", student.imageSize()))
        .setGraph(graph.build())
        .build()
        .toByteArray();
  }

  /** The text of the {@code .yaml} file that belongs beside a student's model. */
  public static String card(Student student) {
    PixelNormalisation normalisation = student.normalisation();
    return """
        # How to feed this model; written by Taustream with the export of a %s.
        size: %d
        layout: nchw
        channels: rgb
        mean: %s
        deviation: %s
        range: %d
        output: %s
        output-kind: logits
        classes: %d
        """
        .formatted(
            student.name(),
            student.imageSize(),
            normalisation.mean(),
            normalisation.deviation(),
            (int) PixelNormalisation.RANGE,
            OUTPUT,
            student.classes());
  }

  private static Map<String, NDArray> tensors(NetworkStudent student) {
    return Stream.of(student.parameters(), student.statistics())
        .flatMap(List::stream)
        .collect(Collectors.toMap(NamedTensor::name, NamedTensor::tensor));
  }

  private static StringStringEntryProto metadata(String key, Object value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value.toString()).build();
  }
}
