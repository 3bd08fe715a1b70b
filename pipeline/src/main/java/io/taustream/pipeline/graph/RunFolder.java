package io.taustream.pipeline.graph;

import io.taustream.storage.TaustreamException;
import io.taustream.storage.object.ObjectNotFoundException;
import io.taustream.storage.object.ObjectStore;
import io.taustream.storage.object.ObjectUri;
import io.taustream.storage.object.WriteCondition;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where a run's results lie: {@code <work>/<run>}. Its files are written locally. Where the folder
 * is on S3 they are written to a scratch folder, fetched there when the run goes on, and published
 * with every checkpoint. Blocking.
 */
public final class RunFolder {
  static final String METRICS = "metrics.jsonl";
  static final String SKIPPED = "skipped.jsonl";
  static final String REPORT = "report.html";
  static final String CHECKPOINTS = "checkpoints";
  static final String STUDENT = "student.onnx";
  static final String CARD = "student.yaml";

  private final ObjectStore store;
  private final ObjectUri uri;
  private final Path local;

  private RunFolder(ObjectStore store, ObjectUri uri, Path local) {
    this.store = store;
    this.uri = uri;
    this.local = local;
  }

  /**
   * Opens the folder; makes it if it is not there.
   *
   * @param scratch a local folder of this run, for a run folder on S3
   */
  static RunFolder open(ObjectStore store, ObjectUri uri, Path scratch) {
    RunFolder folder = new RunFolder(store, uri, uri.isFile() ? uri.toPath() : scratch);
    try {
      Files.createDirectories(folder.local);
    } catch (IOException e) {
      throw new TaustreamException(
          "cannot make the run's folder %s: %s; set work to a folder that can be written"
              .formatted(folder.local, e.getMessage()),
          e);
    }
    if (!uri.isFile()) {
      List.of(METRICS, SKIPPED).forEach(folder::fetch);
    }
    return folder;
  }

  public ObjectUri uri() {
    return uri;
  }

  /** The local path of one of the run's files. */
  public Path file(String name) {
    return local.resolve(name);
  }

  /** Where the run's checkpoints are. */
  ObjectUri checkpoints() {
    return uri.child(CHECKPOINTS);
  }

  /** Writes a whole file of the run. */
  void write(String name, byte[] content) {
    store.write(uri.child(name), ByteBuffer.wrap(content), new WriteCondition.Always()).block();
  }

  void write(String name, String content) {
    write(name, content.getBytes(StandardCharsets.UTF_8));
  }

  /** Brings the files that are appended to locally to where the run's folder is. */
  void publishLogs() {
    List.of(METRICS, SKIPPED).forEach(this::publish);
  }

  private void publish(String name) {
    if (!uri.isFile() && Files.exists(file(name))) {
      store.write(uri.child(name), file(name), new WriteCondition.Always()).block();
    }
  }

  /** Removes everything that the run has left so far. */
  void clear() {
    store.list(uri.child("")).concatMap(object -> store.delete(object.uri())).then().block();
    if (!uri.isFile() && Files.exists(local)) {
      try (Stream<Path> files = Files.walk(local)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          if (!file.equals(local)) {
            Files.delete(file);
          }
        }
      } catch (IOException e) {
        throw new TaustreamException("cannot empty " + local + ": " + e.getMessage(), e);
      }
    }
  }

  private void fetch(String name) {
    try (OutputStream out = Files.newOutputStream(file(name))) {
      var channel = Channels.newChannel(out);
      for (ByteBuffer part : store.read(uri.child(name)).toIterable(1)) {
        while (part.hasRemaining()) {
          channel.write(part);
        }
      }
    } catch (ObjectNotFoundException e) {
      // A run that has not written it yet.
      deleteEmpty(name);
    } catch (IOException e) {
      throw new TaustreamException(
          "cannot fetch %s to %s: %s".formatted(uri.child(name), file(name), e.getMessage()), e);
    }
  }

  private void deleteEmpty(String name) {
    try {
      Files.deleteIfExists(file(name));
    } catch (IOException e) {
      throw new TaustreamException("cannot remove " + file(name) + ": " + e.getMessage(), e);
    }
  }
}
