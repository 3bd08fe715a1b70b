package io.taustream.storage.document;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.function.Function;

/**
 * Reads YAML 1.2 strictly (core schema): one document whose root is a map; every key a text and
 * given once; no anchors, aliases or tags; at most {@value #MAX_BYTES} bytes of UTF-8 and 64
 * levels.
 *
 * <p>The reader takes what it knows out of the map; what it never asked for is rejected when it
 * returns, with the nearest key that it did ask for:
 *
 * <pre>{@code
 * record Train(int epochs, int batch, Optional<String> note) {}
 *
 * Train train = YamlDocument.read(Path.of("config.yaml"), root -> {
 *   YamlMap map = root.require("train").map();
 *   return new Train(
 *       map.require("epochs").integer(1, Integer.MAX_VALUE),
 *       map.find("batch").map(v -> v.integer(1, 65_536)).orElse(128),
 *       map.find("note").map(YamlValue::string));
 * });
 * // config.yaml:12: train.batch: found 'many'; a whole number from 1 to 65536 is allowed
 * // config.yaml:13: train.bacth: unknown key, did you mean 'batch'?; allowed here: epochs, batch, note
 * }</pre>
 *
 * A value that may be one thing or another is asked first: {@code value.isMap() ? ... :
 * value.number(...)}; {@link YamlValue#listOrOne()} takes a list or a single value.
 */
public final class YamlDocument {
  /** More than any document of ours needs. */
  public static final int MAX_BYTES = 1 << 20;

  private YamlDocument() {}

  /**
   * Reads the file, hands its root to {@code reader} and gives back what that makes of it.
   * Blocking.
   *
   * @throws DocumentException if the file is missing, no YAML, or not what {@code reader} asks for
   */
  public static <T> T read(Path file, Function<YamlMap, T> reader) {
    return parse(file.toString(), load(file), reader);
  }

  /**
   * Like {@link #read}, from memory.
   *
   * @param name what errors call the document
   */
  public static <T> T parse(String name, String text, Function<YamlMap, T> reader) {
    YamlMap root = new YamlMap(new YamlValue(name, "", YamlComposer.compose(name, text)));
    T result = reader.apply(root);
    root.rejectUnknown();
    return result;
  }

  private static String load(Path file) {
    try {
      if (Files.isDirectory(file)) {
        throw new DocumentException(file + ": found a folder; a YAML file is expected");
      }
      long size = Files.size(file);
      if (size > MAX_BYTES) {
        throw new DocumentException(
            file + ": found " + size + " bytes; at most " + MAX_BYTES + " are allowed");
      }
      return StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT)
          .decode(ByteBuffer.wrap(Files.readAllBytes(file)))
          .toString();
    } catch (NoSuchFileException e) {
      throw new DocumentException(file + ": there is no such file; check the name", e);
    } catch (AccessDeniedException e) {
      throw new DocumentException(file + ": no permission to read it", e);
    } catch (CharacterCodingException e) {
      throw new DocumentException(file + ": found bytes that are no UTF-8; save it as UTF-8", e);
    } catch (IOException e) {
      throw new DocumentException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }
}
