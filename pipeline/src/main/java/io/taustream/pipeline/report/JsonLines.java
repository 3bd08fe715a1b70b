package io.taustream.pipeline.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.taustream.storage.TaustreamException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * A file of JSON objects, one a line, that grows at its end. A process that dies in mid-write
 * leaves at most one line without its newline; such a line counts as not written. Thread-safe.
 */
final class JsonLines<T> implements AutoCloseable {
  private final Path file;
  private final ObjectReader reader;
  private final ObjectWriter writer;
  private FileChannel channel;

  private JsonLines(Path file, Class<T> type) {
    JsonMapper mapper = MetricsJson.mapper();
    this.file = file;
    this.reader = mapper.readerFor(type);
    this.writer = mapper.writerFor(type);
  }

  /** Opens the file for appending, makes it if it is missing, and drops a half-written line. */
  static <T> JsonLines<T> open(Path file, Class<T> type) {
    JsonLines<T> lines = new JsonLines<>(file, type);
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      lines.channel = lines.openChannel();
      lines.dropHalfLine();
      return lines;
    } catch (IOException e) {
      throw failure("cannot open", file, e);
    }
  }

  /** The file's objects in order; none where there is no file. */
  static <T> List<T> read(Path file, Class<T> type) {
    return new JsonLines<>(file, type).read();
  }

  synchronized List<T> read() {
    if (!Files.exists(file)) {
      return List.of();
    }
    List<T> values = new ArrayList<>();
    try {
      byte[] bytes = Files.readAllBytes(file);
      int start = 0;
      for (int i = 0; i < bytes.length; i++) {
        if (bytes[i] == '\n') {
          if (i > start) {
            values.add(parse(bytes, start, i - start, values.size() + 1));
          }
          start = i + 1;
        }
      }
    } catch (IOException e) {
      throw failure("cannot read", file, e);
    }
    return values;
  }

  private T parse(byte[] bytes, int offset, int length, int line) throws IOException {
    try {
      return reader.readValue(bytes, offset, length);
    } catch (JsonProcessingException e) {
      throw new TaustreamException(
          file
              + ":"
              + line
              + ": not a line that Taustream wrote ("
              + e.getOriginalMessage()
              + "); remove the line, or start over with --fresh",
          e);
    }
  }

  /** Appends one line with a single write. */
  synchronized void append(T value) {
    try {
      channel.write(line(value));
    } catch (IOException e) {
      throw failure("cannot write", file, e);
    }
  }

  /** Keeps the lines that {@code keep} holds for; the file is replaced whole or not at all. */
  synchronized void retain(Predicate<T> keep) {
    List<T> kept = read().stream().filter(keep).toList();
    Path beside = file.resolveSibling(file.getFileName() + ".tmp");
    try {
      ByteArrayOutputStream content = new ByteArrayOutputStream();
      for (T value : kept) {
        content.write(line(value).array());
      }
      Files.write(beside, content.toByteArray());
      channel.close();
      Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      channel = openChannel();
    } catch (IOException e) {
      throw failure("cannot shorten", file, e);
    }
  }

  /** Returns when all lines lie on the disk. */
  synchronized void force() {
    try {
      channel.force(false);
    } catch (IOException e) {
      throw failure("cannot write", file, e);
    }
  }

  @Override
  public synchronized void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw failure("cannot close", file, e);
    }
  }

  private FileChannel openChannel() throws IOException {
    return FileChannel.open(
        file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
  }

  private void dropHalfLine() throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    int end = bytes.length;
    while (end > 0 && bytes[end - 1] != '\n') {
      end--;
    }
    if (end < bytes.length) {
      channel.truncate(end);
    }
  }

  private ByteBuffer line(T value) throws JsonProcessingException {
    return ByteBuffer.wrap(
        (writer.writeValueAsString(value) + "\n").getBytes(StandardCharsets.UTF_8));
  }

  private static TaustreamException failure(String what, Path file, IOException cause) {
    return new TaustreamException(
        what
            + " "
            + file
            + ": "
            + cause
            + "; see that the directory exists, has room and may be written",
        cause);
  }
}
