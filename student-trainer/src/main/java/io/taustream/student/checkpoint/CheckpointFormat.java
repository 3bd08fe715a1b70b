package io.taustream.student.checkpoint;

import ai.djl.ndarray.types.DataType;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.taustream.storage.TaustreamException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * Checkpoints as <a href="https://github.com/huggingface/safetensors">safetensors</a> files, which
 * Python's {@code safetensors.torch.load_file} reads as well:
 *
 * <ol>
 *   <li>8 bytes: the header's length, an unsigned little-endian integer;
 *   <li>the header: a JSON object in UTF-8, filled up with spaces so that the data begins at a
 *       multiple of 8;
 *   <li>the data: the tensors' values, little-endian, row major, one after another without gaps.
 * </ol>
 *
 * <p>The header maps each tensor's name to {@code {"dtype": …, "shape": […], "data_offsets":
 * [begin, end]}}, offsets counted from the start of the data. Names are {@code parameter.…} and
 * {@code statistic.…} with the student's names, {@code learned.…} with those of the loss's learned
 * parameters, and {@code optimizer.…} with the optimiser's. {@code __metadata__} maps strings to
 * strings:
 *
 * <ul>
 *   <li>{@code taustream.crc32c}: eight lower-case hexadecimal digits, the CRC-32C of the whole
 *       file in which these digits are zeros;
 *   <li>{@code taustream.format}: {@code 1};
 *   <li>{@code taustream.step}, {@code taustream.epoch}, {@code taustream.position}, {@code
 *       taustream.seed}: decimal integers, see {@link TrainingProgress};
 *   <li>{@code taustream.fingerprint}: the run's fingerprint;
 *   <li>{@code taustream.metrics}: the caller's state, JSON in a string.
 * </ul>
 */
final class CheckpointFormat {
  private static final String VERSION = "1";
  private static final String METADATA = "__metadata__";
  private static final int ALIGNMENT = 8;
  private static final String CHECKSUM = "taustream.crc32c";
  private static final String NO_CHECKSUM = "00000000";
  // Quotes inside JSON strings are escaped, so that nothing else in a header reads like this.
  private static final String CHECKSUM_ENTRY = "\"" + CHECKSUM + "\":\"";
  private static final Map<DataType, String> TYPES =
      Map.of(
          DataType.FLOAT64, "F64",
          DataType.FLOAT32, "F32",
          DataType.FLOAT16, "F16",
          DataType.BFLOAT16, "BF16",
          DataType.INT64, "I64",
          DataType.INT32, "I32",
          DataType.INT16, "I16",
          DataType.INT8, "I8",
          DataType.UINT8, "U8",
          DataType.BOOLEAN, "BOOL");

  private final ObjectMapper json = new ObjectMapper();

  /**
   * Refuses a tensor that a file cannot hold.
   *
   * @throws TaustreamException if its data type is none of the above
   */
  static void requireStorable(String tensor, DataType type) {
    if (!TYPES.containsKey(type)) {
      throw new TaustreamException(
          "Tensor '%s' is %s, which a checkpoint cannot hold; allowed are %s: change the student's module"
              .formatted(tensor, type, TYPES.keySet().stream().sorted().toList()));
    }
  }

  /** The whole file. */
  ByteBuffer encode(Checkpoint checkpoint) {
    byte[] header = header(checkpoint);
    long length = (long) Long.BYTES + header.length;
    for (StoredTensor tensor : checkpoint.tensors().values()) {
      length += tensor.values().remaining();
    }
    ByteBuffer file = ByteBuffer.allocate(Math.toIntExact(length)).order(ByteOrder.LITTLE_ENDIAN);
    file.putLong(header.length).put(header);
    checkpoint.tensors().values().forEach(tensor -> file.put(tensor.values().duplicate()));
    file.flip();
    byte[] digits = checksum(file).getBytes(StandardCharsets.US_ASCII);
    file.put(checksumOffset(header), digits);
    return file;
  }

  /**
   * Reads a whole file.
   *
   * @throws DamagedCheckpointException if it is not what {@link #encode} wrote
   */
  Checkpoint decode(ByteBuffer content) throws DamagedCheckpointException {
    ByteBuffer file = content.slice().order(ByteOrder.LITTLE_ENDIAN);
    byte[] header = readHeader(file);
    verify(file, header);
    try {
      JsonNode root = json.readTree(header);
      JsonNode metadata = root.path(METADATA);
      String version = metadata.path("taustream.format").asText();
      if (!version.equals(VERSION)) {
        throw new DamagedCheckpointException(
            "it has format '%s', and this version reads %s".formatted(version, VERSION));
      }
      ByteBuffer data =
          file.slice(Long.BYTES + header.length, file.limit() - Long.BYTES - header.length);
      return new Checkpoint(progress(metadata), tensors(root, data));
    } catch (IOException | IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new DamagedCheckpointException("its header cannot be read: " + e.getMessage(), e);
    }
  }

  private byte[] header(Checkpoint checkpoint) {
    TrainingProgress progress = checkpoint.progress();
    ObjectNode root = json.createObjectNode();
    root.putObject(METADATA)
        .put(CHECKSUM, NO_CHECKSUM)
        .put("taustream.format", VERSION)
        .put("taustream.step", Long.toString(progress.step()))
        .put("taustream.epoch", Integer.toString(progress.epoch()))
        .put("taustream.position", Long.toString(progress.position()))
        .put("taustream.seed", Long.toString(progress.seed()))
        .put("taustream.fingerprint", progress.fingerprint())
        .put("taustream.metrics", progress.metrics());
    long offset = 0;
    for (Map.Entry<String, StoredTensor> entry : checkpoint.tensors().entrySet()) {
      StoredTensor tensor = entry.getValue();
      ObjectNode description = root.putObject(entry.getKey());
      description.put("dtype", TYPES.get(tensor.type()));
      tensor.shape().forEach(description.putArray("shape")::add);
      long end = offset + tensor.values().remaining();
      description.putArray("data_offsets").add(offset).add(end);
      offset = end;
    }
    try {
      String text = json.writeValueAsString(root);
      int length = text.getBytes(StandardCharsets.UTF_8).length;
      // The length before the header is itself 8 bytes long.
      return (text + " ".repeat(Math.floorMod(-length, ALIGNMENT)))
          .getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a checkpoint's header is no JSON", e);
    }
  }

  private static byte[] readHeader(ByteBuffer file) throws DamagedCheckpointException {
    long length = file.limit() < Long.BYTES ? -1 : file.getLong(0);
    if (length < 0 || length > file.limit() - Long.BYTES) {
      throw new DamagedCheckpointException("its %d bytes are cut off".formatted(file.limit()));
    }
    byte[] header = new byte[(int) length];
    file.get(Long.BYTES, header);
    return header;
  }

  private static void verify(ByteBuffer file, byte[] header) throws DamagedCheckpointException {
    int offset = checksumOffset(header);
    if (offset < 0 || offset + NO_CHECKSUM.length() > file.limit()) {
      throw new DamagedCheckpointException("it has no checksum");
    }
    byte[] stated = new byte[NO_CHECKSUM.length()];
    file.get(offset, stated);
    String found = checksum(file);
    if (!found.equals(new String(stated, StandardCharsets.US_ASCII))) {
      throw new DamagedCheckpointException("its content does not match its checksum");
    }
  }

  /** Where in the file the checksum's digits begin; below zero if nowhere. */
  private static int checksumOffset(byte[] header) {
    int entry = new String(header, StandardCharsets.ISO_8859_1).indexOf(CHECKSUM_ENTRY);
    return entry < 0 ? -1 : Long.BYTES + entry + CHECKSUM_ENTRY.length();
  }

  /** The CRC-32C of a file, its checksum's own digits taken as zeros. */
  private static String checksum(ByteBuffer file) {
    byte[] header = new byte[Math.toIntExact(file.getLong(0))];
    file.get(Long.BYTES, header);
    int offset = checksumOffset(header);
    CRC32C crc = new CRC32C();
    crc.update(file.slice(0, offset));
    crc.update(NO_CHECKSUM.getBytes(StandardCharsets.US_ASCII));
    int rest = offset + NO_CHECKSUM.length();
    crc.update(file.slice(rest, file.limit() - rest));
    return "%08x".formatted(crc.getValue());
  }

  private static TrainingProgress progress(JsonNode metadata) {
    return new TrainingProgress(
        Long.parseLong(metadata.path("taustream.step").asText()),
        Integer.parseInt(metadata.path("taustream.epoch").asText()),
        Long.parseLong(metadata.path("taustream.position").asText()),
        Long.parseLong(metadata.path("taustream.seed").asText()),
        metadata.path("taustream.fingerprint").asText(),
        metadata.path("taustream.metrics").asText());
  }

  private static Map<String, StoredTensor> tensors(JsonNode root, ByteBuffer data) {
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : root.properties()) {
      if (entry.getKey().equals(METADATA)) {
        continue;
      }
      JsonNode description = entry.getValue();
      List<Long> shape = new ArrayList<>();
      description.path("shape").forEach(size -> shape.add(size.asLong()));
      int begin = description.path("data_offsets").path(0).asInt();
      int end = description.path("data_offsets").path(1).asInt();
      ByteBuffer values = data.slice(begin, end - begin).order(ByteOrder.LITTLE_ENDIAN);
      tensors.put(
          entry.getKey(),
          new StoredTensor(type(description.path("dtype").asText()), shape, values));
    }
    return tensors;
  }

  private static DataType type(String name) {
    return TYPES.entrySet().stream()
        .filter(type -> type.getValue().equals(name))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("data type " + name + " is unknown"));
  }
}
