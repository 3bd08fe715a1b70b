package io.taustream.pipeline.graph;

import io.taustream.pipeline.config.RunConfig;
import io.taustream.storage.TaustreamException;
import io.taustream.storage.object.ObjectNotFoundException;
import io.taustream.storage.object.ObjectStore;
import io.taustream.storage.object.ObjectUri;
import io.taustream.storage.object.WriteCondition;
import io.taustream.student.checkpoint.CheckpointStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
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

  /** Without the ending that its format has. */
  static final String STUDENT = "student";

  static final String CARD = "student.yaml";

  private static final List<String> LOGS = List.of(METRICS, SKIPPED);
  private static final List<String> RESULTS =
      Stream.concat(
              Stream.of(METRICS, SKIPPED, REPORT, CARD),
              Arrays.stream(StudentFormat.values()).map(format -> STUDENT + format.ending()))
          .toList();
  private static final String LOCK = ".lock";

  /** How the lists of skipped samples begin that workers write. */
  private static final String WORKER_SKIPPED = "skipped-";

  private final ObjectStore store;
  private final ObjectUri uri;
  private final Path local;

  private RunFolder(ObjectStore store, ObjectUri uri, Path local) {
    this.store = store;
    this.uri = uri;
    this.local = local;
  }

  /** The run's folder; makes it if it is not there. On S3 its local files are scratch files. */
  static RunFolder of(RunConfig config, Resources resources) {
    ObjectUri uri = config.folder();
    Path local = uri.isFile() ? uri.toPath() : resources.scratch().resolve(config.run());
    RunFolder folder = new RunFolder(resources.objects(), uri, local);
    try {
      Files.createDirectories(folder.local);
    } catch (IOException e) {
      throw new TaustreamException(
          "cannot make the run's folder %s: %s; set work to a folder that can be written"
              .formatted(folder.local, e.getMessage()),
          e);
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

  /**
   * The list of samples that a labelling leaves out: {@link #SKIPPED}, or for one worker among
   * others {@code skipped-<i>-of-<n>.jsonl}, since each appends to its own copy and publishes it
   * whole.
   */
  static String skipped(WorkerPart part) {
    return part.isWhole()
        ? SKIPPED
        : "%s%d-of-%d.jsonl".formatted(WORKER_SKIPPED, part.worker(), part.workers());
  }

  /** Where the run's checkpoints are. */
  ObjectUri checkpoints() {
    return uri.child(CHECKPOINTS);
  }

  /**
   * The run's checkpoints.
   *
   * @param keep how many of the newest are kept
   */
  CheckpointStore checkpointStore(int keep) {
    return new CheckpointStore(store, checkpoints(), keep);
  }

  /** Writes a whole file of the run. */
  void write(String name, byte[] content) {
    store.write(uri.child(name), ByteBuffer.wrap(content), new WriteCondition.Always()).block();
  }

  void write(String name, String content) {
    write(name, content.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Takes the folder for this process, and fetches its logs where it is on S3. The lock holds
   * between the processes of one machine.
   *
   * @throws RunHeldException if another process works on the run
   */
  Hold hold() {
    Path lock = local.resolve(LOCK);
    FileChannel channel = null;
    try {
      channel = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (!taken(channel)) {
        throw new RunHeldException(
            "another process works on %s: it holds %s; wait for it, or set run to another name"
                .formatted(uri, lock));
      }
      LOGS.forEach(this::fetch);
      return new Hold(channel);
    } catch (IOException e) {
      close(channel);
      throw new TaustreamException(
          "cannot lock %s: %s; set work to a folder that can be written and locked"
              .formatted(lock, e.getMessage()),
          e);
    } catch (RuntimeException e) {
      close(channel);
      throw e;
    }
  }

  private static boolean taken(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      // This process itself holds it.
      return false;
    }
  }

  private static void close(FileChannel channel) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A run's folder that is this process's until it is closed. */
  record Hold(FileChannel lock) implements AutoCloseable {
    @Override
    public void close() {
      RunFolder.close(lock);
    }
  }

  /** Brings the logs, which are appended to locally, to where the run's folder is. */
  void publishLogs() {
    LOGS.forEach(this::publish);
  }

  /** The same for one of them. */
  void publish(String name) {
    if (!uri.isFile() && Files.exists(file(name))) {
      store.write(uri.child(name), file(name), new WriteCondition.Always()).block();
    }
  }

  /** Removes what the run has left so far; nothing else that may lie in its folder. */
  void clear() {
    store
        .list(checkpoints().child("checkpoint-"))
        .concatMap(object -> store.delete(object.uri()))
        .then()
        .block();
    List<String> lists =
        store
            .list(uri.child(WORKER_SKIPPED))
            .map(object -> object.uri().name())
            .collectList()
            .block();
    for (String name : Stream.concat(RESULTS.stream(), lists.stream()).toList()) {
      store.delete(uri.child(name)).block();
      delete(name);
    }
  }

  /** Brings a log to this machine, where the run's folder is on S3: the copy there is the truth. */
  void fetch(String name) {
    if (uri.isFile()) {
      return;
    }
    Path whole = file(name + ".fetched");
    try {
      try (WritableByteChannel out =
          Files.newByteChannel(
              whole,
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE,
              StandardOpenOption.TRUNCATE_EXISTING)) {
        for (ByteBuffer part : store.read(uri.child(name)).toIterable(1)) {
          while (part.hasRemaining()) {
            out.write(part);
          }
        }
      }
      Files.move(whole, file(name), StandardCopyOption.REPLACE_EXISTING);
    } catch (ObjectNotFoundException e) {
      // A run that has not written it yet.
      delete(name + ".fetched");
      delete(name);
    } catch (IOException e) {
      throw new TaustreamException(
          "cannot fetch %s to %s: %s".formatted(uri.child(name), file(name), e.getMessage()), e);
    }
  }

  private void delete(String name) {
    try {
      Files.deleteIfExists(file(name));
    } catch (IOException e) {
      throw new TaustreamException("cannot remove " + file(name) + ": " + e.getMessage(), e);
    }
  }
}
