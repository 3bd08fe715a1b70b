package io.taustream.benchmarks;

import io.taustream.storage.label.LabelEncoding;
import io.taustream.storage.label.LabelFile;
import io.taustream.storage.label.LabelFileWriter;
import io.taustream.storage.label.LabelSet;
import io.taustream.storage.label.SoftLabelBatch;
import io.taustream.storage.label.SoftLabelStore;
import io.taustream.storage.object.ObjectStore;
import io.taustream.storage.object.ObjectStores;
import io.taustream.storage.object.ObjectUri;
import io.taustream.storage.sample.SampleView;
import io.taustream.storage.sample.Shard;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.memory.util.Float16;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Reading one dense label file that the system has in memory; the time is that of one row. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class LabelReadCost {
  static final int ROWS = 50_000;
  private static final int BATCH = 128;
  private static final int CHUNK = 1 << 20;
  private static final String SHARD = "drawn.tar";

  /** What is read, and how. */
  public enum Form {
    /** The file's bytes into a buffer of 1 MiB, front to back; nothing is done with them. */
    BARE,
    /** The same, and every four bytes (two, with float16) put into a batch's memory as a float. */
    BARE_FLOATS,
    /** Every row's logits in the shard's order into a batch's memory. */
    SEQUENTIAL,
    /** The logits of rows by (shard, ordinal, view) drawn at random. */
    RANDOM,
    /** The same, as training joins them: key and view seed are compared besides. */
    RANDOM_JOIN
  }

  @Param({"BARE", "BARE_FLOATS", "SEQUENTIAL", "RANDOM", "RANDOM_JOIN"})
  private Form form;

  @Param({"dense-f16", "dense-f32"})
  private String encoding;

  @Param({"100"})
  private int classes;

  private Path folder;
  private RootAllocator allocator;
  private ObjectStore objects;
  private LabelFile file;
  private FileChannel channel;
  private ByteBuffer chunk;
  private FloatBuffer batch;
  private float[] halves;
  private int[] drawn;

  /** Writes a file of drawn logits and opens it. */
  @Setup
  public void open() throws IOException {
    folder = Files.createTempDirectory("taustream-benchmark");
    allocator = new RootAllocator();
    objects = ObjectStores.open(Optional.empty());
    Shard shard = new Shard(SHARD, ObjectUri.ofFile(folder.resolve(SHARD)), 1, "1");
    LabelSet set =
        new LabelSet(
            "drawn",
            "0".repeat(64),
            "none-000000000000",
            "{}",
            classes,
            LabelEncoding.of(encoding, UnaryOperator.identity()));
    try (SoftLabelStore store =
        SoftLabelStore.open(
            objects,
            ObjectUri.ofFile(folder.resolve("labels")),
            set,
            1,
            folder.resolve("scratch"),
            allocator,
            "benchmark")) {
      write(store, shard);
      channel = FileChannel.open(store.location(shard).toPath(), StandardOpenOption.READ);
      file = store.open(shard).block();
    }
    chunk = ByteBuffer.allocateDirect(CHUNK).order(ByteOrder.LITTLE_ENDIAN);
    batch =
        ByteBuffer.allocateDirect(BATCH * classes * Float.BYTES)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    halves = new float[1 << Short.SIZE];
    for (int bits = 0; bits < halves.length; bits++) {
      halves[bits] = Float16.toFloat((short) bits);
    }
    drawn = new SplittableRandom(1).ints(ROWS, 0, ROWS).toArray();
  }

  private static SampleView row(int ordinal) {
    return new SampleView(SHARD, ordinal, "image%08d".formatted(ordinal), 0, 0, ordinal);
  }

  private void write(SoftLabelStore store, Shard shard) {
    SplittableRandom random = new SplittableRandom(7);
    try (LabelFileWriter writer = store.begin(shard)) {
      for (int from = 0; from < ROWS; from += BATCH) {
        List<SampleView> rows =
            IntStream.range(from, Math.min(ROWS, from + BATCH))
                .mapToObj(LabelReadCost::row)
                .toList();
        ArrowBuf memory = allocator.buffer((long) rows.size() * classes * Float.BYTES);
        try (SoftLabelBatch labels = new SoftLabelBatch(rows, classes, memory)) {
          FloatBuffer logits = labels.logits();
          while (logits.hasRemaining()) {
            logits.put((float) (3 * random.nextGaussian()));
          }
          writer.append(labels);
        }
      }
      writer.commit(0, List.of()).block();
    }
  }

  /** All rows, or as many at random. */
  @Benchmark
  @OperationsPerInvocation(ROWS)
  public float read() throws IOException {
    switch (form) {
      case BARE, BARE_FLOATS -> bare();
      case SEQUENTIAL -> {
        for (int ordinal = 0; ordinal < ROWS; ordinal++) {
          file.logits(ordinal, 0, next());
        }
      }
      case RANDOM -> {
        for (int ordinal : drawn) {
          file.logits(ordinal, 0, next());
        }
      }
      case RANDOM_JOIN -> join();
      default -> throw new IllegalStateException("no such form");
    }
    return batch.get(0);
  }

  private FloatBuffer next() {
    return batch.remaining() < classes ? batch.clear() : batch;
  }

  private void bare() throws IOException {
    long position = 0;
    while (channel.read(chunk.clear(), position) > 0) {
      position += chunk.position();
      if (form == Form.BARE_FLOATS) {
        floats(chunk.flip());
      }
    }
  }

  private void floats(ByteBuffer bytes) {
    if (encoding.equals("dense-f32")) {
      FloatBuffer from = bytes.asFloatBuffer();
      while (from.hasRemaining()) {
        int count = Math.min(from.remaining(), batch.capacity());
        batch.clear().put(0, from, from.position(), count);
        from.position(from.position() + count);
      }
      return;
    }
    int to = 0;
    for (int at = 0; at + 1 < bytes.limit(); at += Short.BYTES) {
      batch.put(to, halves[bytes.getShort(at) & 0xffff]);
      to = to + 1 == batch.capacity() ? 0 : to + 1;
    }
  }

  private void join() {
    for (int ordinal : drawn) {
      boolean same = file.key(ordinal, 0).length() == 13 && file.viewSeed(ordinal, 0) == ordinal;
      if (!same || !file.has(ordinal)) {
        throw new IllegalStateException("a label of another view");
      }
      file.logits(ordinal, 0, next());
    }
  }

  /** Gives everything back. */
  @TearDown
  public void close() throws IOException {
    file.close();
    channel.close();
    objects.close();
    allocator.close();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
