package io.taustream.pipeline.command;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl;
import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.taustream.pipeline.report.SkippedLog;
import io.taustream.pipeline.report.SkippedSample;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a user can get wrong, and the one line that each of it ends with. */
class BadInputTest {
  private static final String SHARD = TinyRun.TRAIN.get(1);

  @TempDir Path folder;
  private TinyRun run;

  @BeforeEach
  void writeRun() {
    run = TinyRun.in(folder);
  }

  @Test
  void missingDataFile() {
    run.edit("train: data/train-*.tar", "train: data/absent.tar");

    run.command("label", "CONFIG").failed(1, "data/absent.tar", "does not exist", "check");
  }

  @Test
  void patternThatMatchesNothing() {
    run.edit("train: data/train-*.tar", "train: data/absent-*.tar");

    run.command("label", "CONFIG").failed(1, "no object matches", "absent-*.tar");
  }

  @Test
  void emptyTar() {
    run.write(run.data(SHARD), new byte[0]);

    run.command("label", "CONFIG").failed(1, SHARD, "truncated at byte 0");
  }

  @Test
  void tarWithoutMembers() {
    run.write(run.data(SHARD), new byte[1024]);

    run.command("label", "CONFIG").failed(1, SHARD, "no samples");
  }

  @Test
  void truncatedTar() {
    byte[] whole = TinyRun.read(run.data(SHARD));
    run.write(run.data(SHARD), Arrays.copyOf(whole, 9_000));

    run.command("label", "CONFIG").failed(1, SHARD, "truncated", "9000");
  }

  @Test
  void truncatedTarFailsTrainingToo() {
    run.edit("policy: pad-crop-flip, size: 16, count: 2", "policy: none, size: 16");
    run.edit("  - {type: kl, weight: 0.9, temperature: 4}\n", "");
    run.edit(
        "  - {type: kendall, weight: {from: 0, to: 1, epochs: 1.5}, surrogate: tanh, pairing: sign}\n",
        "");
    run.edit("  - {type: ctkd, weight: 0.5, lambda-epochs: 1.5}\n", "");
    byte[] whole = TinyRun.read(run.data(SHARD));
    run.write(run.data(SHARD), Arrays.copyOf(whole, 9_000));

    run.command("train", "CONFIG").failed(1, SHARD, "truncated", "9000");
  }

  @Test
  void tarWithNamesThatLeadOut() {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    TinyShards.addSample(entries, "../../escape", TinyShards.png(0, 1), 0);
    TinyShards.write(run.data(SHARD), entries);

    run.command("label", "CONFIG").failed(1, SHARD, "../../escape.png");
  }

  @Test
  void labelOutOfRange() {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    TinyShards.addSample(entries, "seven", TinyShards.png(0, 1), 7);
    TinyShards.write(run.data(SHARD), entries);

    run.command("label", "CONFIG").failed(1, SHARD, "seven", "7", "2");
  }

  @Test
  void textCalledJpgFailsAboveTheAllowedShare() {
    spoil("note.jpg", "this is no image".getBytes(StandardCharsets.UTF_8));

    run.command("label", "CONFIG")
        .failed(1, "could not be decoded", "data.max-skipped", "note", "neither JPEG nor PNG");
  }

  @Test
  void textCalledJpgIsSkippedWithinTheAllowedShare() {
    spoil("note.jpg", "this is no image".getBytes(StandardCharsets.UTF_8));
    run.edit("shuffle-window: 30", "shuffle-window: 30\n  max-skipped: 0.5");

    JsonNode done = run.command("run", "CONFIG", "--json").isDone().json();

    assertThat(done.get("state").asText()).isEqualTo("done");
    assertSkipped("neither JPEG nor PNG");
    assertThat(run.command("labels", "verify", "CONFIG").isDone().out()).contains("whole");
  }

  @Test
  void imageThatClaimsTooManyPixelsIsSkipped() throws IOException {
    spoil("note.png", hugePng());
    run.edit("shuffle-window: 30", "shuffle-window: 30\n  max-skipped: 0.5");

    run.command("label", "CONFIG").isDone();

    assertSkipped("60000 x 60000");
  }

  @Test
  void modelThatIsNoOnnx() {
    run.write(run.model(), "no model".getBytes(StandardCharsets.UTF_8));

    run.command("label", "CONFIG").failed(1, "tiny.onnx", "no ONNX model", "export");
    Ended.of("teacher", "inspect", run.model().toString()).failed(1, "tiny.onnx", "no ONNX model");
  }

  @Test
  void missingModel() {
    run.edit("model: teacher/tiny.onnx", "model: teacher/absent.onnx");

    run.command("label", "CONFIG").failed(1, "absent.onnx", "does not exist");
  }

  @Test
  void teacherOfAnotherClassCount() {
    run.teacher(5);

    run.command("label", "CONFIG").failed(1, "tiny", "5 classes", "the data has 3");
  }

  @Test
  void classMapWithAClassThatTheDataDoNotHave() {
    mapped("class-map: [2, none, 0, 1, 3]\n")
        .command("label", "CONFIG")
        .failed(1, "tiny.onnx", "class-map", "class 3 for output 4", "the data has 3 classes");
  }

  @Test
  void classMapOfAnotherLengthThanTheOutputs() {
    mapped("class-map: [2, none, 0, 1]\n")
        .command("label", "CONFIG")
        .failed(1, "tiny.onnx", "class-map", "4 entries", "5 outputs");
  }

  @Test
  void classMapWithoutAnOutputForAClass() {
    mapped("class-names: [red, zebra, Blue, green_apple, none]\n")
        .edit("classes: 3", "classes: 3\n  class-names: [red, green, blue]")
        .command("label", "CONFIG")
        .failed(1, "tiny.onnx", "no output stands for the data's class 1 (green)");
  }

  @Test
  void classNamesThatCannotBeToldApart() {
    mapped("class-names: [red, zebra, blue, green, none]\n")
        .edit("classes: 3", "classes: 3\n  class-names: [dark red, dark-red, blue]")
        .command("label", "CONFIG")
        .failed(1, "tiny.onnx", "data.class-names", "'dark red' and 'dark-red'", "class-map");
    run.edit("[dark red, dark-red, blue]", "[red, red, blue]")
        .command("label", "CONFIG")
        .failed(2, "run.yaml", "data.class-names", "a name twice");
  }

  @Test
  void classNamesFileThatIsMissing() {
    mapped("class-names: absent.txt\n")
        .command("label", "CONFIG")
        .failed(2, "tiny.yaml", "class-names", "absent.txt is missing", "copy it beside the model");
  }

  /** The run with a teacher of five outputs, and what its card says of them. */
  private TinyRun mapped(String said) {
    run.teacher(5);
    Path card = run.model().resolveSibling("tiny.yaml");
    String plain = new String(TinyRun.read(card), StandardCharsets.UTF_8);
    run.write(card, (plain + said).getBytes(StandardCharsets.UTF_8));
    return run;
  }

  @Test
  void teacherThatGivesNaN() throws InvalidProtocolBufferException {
    run.write(run.model(), withNaN(TinyRun.read(run.model())));

    run.command("label", "CONFIG").failed(1, "tiny", "NaN", "train-0000.tar");
    assertThat(run.labelFiles()).isEmpty();
  }

  @Test
  void trainingWithoutLabels() {
    run.command("train", "CONFIG").failed(1, "train-0000.tar", "no labels", "taustream label");
  }

  @Test
  void labelsOfAShardThatWasReplaced() {
    run.command("label", "CONFIG").isDone();
    TinyShards.write(run.data(SHARD), 500, TinyRun.SHARD_SAMPLES);

    run.command("train", "CONFIG").failed(1, SHARD, "stale labels", "taustream label");
    Ended verified = run.command("labels", "verify", "CONFIG");
    assertThat(verified.status()).isEqualTo(1);
    assertThat(verified.out()).contains("1 problem", SHARD);

    JsonNode again = run.command("label", "CONFIG", "--json").isDone().json();
    assertThat(again.get("teachers").get(0).get("made").asInt()).isEqualTo(1);
    run.command("labels", "verify", "CONFIG").isDone();
    run.command("train", "CONFIG").isDone();
  }

  @Test
  void labelsOfOtherSamplesBehindTheSameSizeAndTime() throws IOException {
    run.command("label", "CONFIG").isDone();
    FileTime time = Files.getLastModifiedTime(run.data(SHARD));
    long size = Files.size(run.data(SHARD));
    TinyShards.write(run.data(SHARD), 500, TinyRun.SHARD_SAMPLES);
    Files.setLastModifiedTime(run.data(SHARD), time);
    assertThat(run.data(SHARD)).hasSize(size);

    run.command("train", "CONFIG").failed(1, SHARD, "made from other data", "label again");
    Ended verified = run.command("labels", "verify", "CONFIG");
    assertThat(verified.status()).isEqualTo(1);
    assertThat(verified.out()).contains("CRC-32C", SHARD);
  }

  @Test
  void unknownKey() {
    run.edit("device: cpu", "devise: cpu");

    run.command("label", "CONFIG").failed(2, "run.yaml", "devise", "device");
  }

  @Test
  void wrongType() {
    run.edit("classes: 3", "classes: three");

    run.command("train", "CONFIG").failed(2, "run.yaml", "classes", "three", "whole number");
  }

  @Test
  void missingConfiguration() {
    Ended.of("label", folder.resolve("absent.yaml").toString()).failed(2, "absent.yaml");
  }

  @Test
  void checkpointOfAnotherConfiguration() {
    run.command("run", "CONFIG").isDone();
    run.edit("lr: 0.05", "lr: 0.04");

    run.command("train", "CONFIG").failed(1, "checkpoint", "--fresh");
  }

  @Test
  void evaluationBeforeTraining() {
    run.command("eval", "CONFIG").failed(1, "run tiny has no checkpoint", "taustream train");
  }

  @Test
  void unknownCommandAndOption() {
    assertThat(Ended.of("tarin").status()).isEqualTo(2);
    Ended wrong = run.command("train", "CONFIG", "--fersh");
    assertThat(wrong.status()).isEqualTo(2);
    assertThat(wrong.err()).contains("--fersh", "Usage: taustream train");
  }

  /** Adds a sample whose image cannot be decoded to a shard of whole ones. */
  private void spoil(String name, byte[] content) {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    for (int i = 0; i < 20; i++) {
      TinyShards.addSample(entries, "whole-%02d".formatted(i), TinyShards.png(i % 3, i), i % 3);
    }
    entries.put(name, content);
    entries.put("note.cls", "1".getBytes(StandardCharsets.US_ASCII));
    TinyShards.write(run.data(SHARD), entries);
  }

  private void assertSkipped(String reason) {
    assertThat(SkippedLog.read(run.results().resolve("skipped.jsonl")))
        .singleElement()
        .satisfies(
            skipped -> {
              assertThat(skipped.shard()).isEqualTo(SHARD);
              assertThat(skipped.key()).isEqualTo("note");
              assertThat(skipped.ordinal()).isEqualTo(20);
            })
        .extracting(SkippedSample::reason)
        .asString()
        .contains(reason);
  }

  private static byte[] hugePng() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(new byte[] {(byte) 0x89, 'P', 'N', 'G', 0x0D, 0x0A, 0x1A, 0x0A});
    byte[] header =
        ByteBuffer.allocate(13)
            .putInt(60_000)
            .putInt(60_000)
            .put(new byte[] {8, 2, 0, 0, 0})
            .array();
    chunk(bytes, "IHDR", header);
    chunk(bytes, "IDAT", new byte[] {0x78, (byte) 0x9C, 0x03, 0, 0, 0, 0, 1});
    chunk(bytes, "IEND", new byte[0]);
    return bytes.toByteArray();
  }

  private static void chunk(ByteArrayOutputStream png, String type, byte[] content)
      throws IOException {
    byte[] name = type.getBytes(StandardCharsets.US_ASCII);
    CRC32 crc = new CRC32();
    crc.update(name);
    crc.update(content);
    DataOutputStream out = new DataOutputStream(png);
    out.writeInt(content.length);
    out.write(name);
    out.write(content);
    out.writeInt((int) crc.getValue());
  }

  /** The model with a last bias that is not finite. */
  private static byte[] withNaN(byte[] model) throws InvalidProtocolBufferException {
    OnnxMl.ModelProto.Builder changed = OnnxMl.ModelProto.parseFrom(model).toBuilder();
    int found = 0;
    for (OnnxMl.TensorProto.Builder weights :
        changed.getGraphBuilder().getInitializerBuilderList()) {
      if (weights.getDimsList().equals(List.of((long) TinyShards.CLASSES))) {
        ByteBuffer nan = ByteBuffer.allocate(TinyShards.CLASSES * 4).order(ByteOrder.LITTLE_ENDIAN);
        while (nan.hasRemaining()) {
          nan.putFloat(Float.NaN);
        }
        weights.clearFloatData().setRawData(ByteString.copyFrom(nan.flip()));
        found++;
      }
    }
    assertThat(found).isPositive();
    return changed.build().toByteArray();
  }
}
