package io.taustream.benchmarks;

import io.taustream.storage.label.LabelEncoding;
import io.taustream.storage.label.LabelFile;
import io.taustream.storage.label.LabelFileWriter;
import io.taustream.storage.label.LabelScan;
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
import java.nio.ShortBuffer;
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
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Reading one dense label file that the system has in memory, but no processor's cache holds; the
 * time is that of {@link #rows}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class LabelReadCost {
  /** Several times the last-level cache of the machines that this is run on. */
  private static final long FILE_BYTES = 128L << 20;

  private static final int VIEWS = 4;

  /** Of a row besides its logits: key with its offset, label, view, view seed. */
  private static final int KEY_BYTES = 13 + 4 + 4 + 2 + 8;

  private static final int BATCH = 128;
  private static final int CHUNK = 1 << 20;
  private static final String SHARD = "drawn.tar";
  private static final String FLOATS = "dense-f32";

  /** What is read, and how. */
  public enum Form {
    /** The file's bytes into a buffer of 1 MiB, front to back; nothing is done with them. */
    BARE,
    /** The same, and every four bytes (two, with float16) put into a batch's memory as a float. */
    BARE_FLOATS,
    /** All logits by {@link LabelFile#scan} into a batch's memory, 128 rows at a time. */
    SCAN,
    /** The same by {@link LabelFile#logits}, row by row. */
    ROWS,
    /** The logits of rows by (shard, ordinal, view) drawn at random, as many as there are. */
    RANDOM,
    /** The same, as training joins them: key and view seed are compared besides. */
    RANDOM_JOIN
  }

  @Param({"BARE", "BARE_FLOATS", "SCAN", "ROWS", "RANDOM", "RANDOM_JOIN"})
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
  private short[] halves;
  private float[] floats;
  private int samples;
  private int[] drawn;

  /** Rows of all views in the file. */
  static long rows(String encoding, int classes) {
    return (long) samples(encoding, classes) * VIEWS;
  }

  private static int samples(String encoding, int classes) {
    int row = LabelEncoding.of(encoding, UnaryOperator.identity()).bytesPerRow(classes);
    return (int) (FILE_BYTES / ((long) (row + KEY_BYTES) * VIEWS));
  }

  /** Writes a file of drawn logits and opens it. */
  @Setup
  public void open() throws IOException {
    folder = Files.createTempDirectory("taustream-benchmark");
    allocator = new RootAllocator();
    objects = ObjectStores.open(Optional.empty());
    samples = samples(encoding, classes);
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
            VIEWS,
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
    halves = new short[BATCH * classes];
    floats = new float[BATCH * classes];
    drawn = new SplittableRandom(1).ints((long) samples * VIEWS, 0, samples * VIEWS).toArray();
  }

  private static SampleView row(int ordinal, int view) {
    String key = "image" + (10_000_000 + ordinal);
    return new SampleView(SHARD, ordinal, key, 0, view, seed(ordinal, view));
  }

  private static long seed(int ordinal, int view) {
    return (long) ordinal * VIEWS + view;
  }

  private void write(SoftLabelStore store, Shard shard) {
    SplittableRandom random = new SplittableRandom(7);
    try (LabelFileWriter writer = store.begin(shard)) {
      for (int from = 0; from < samples; from += BATCH / VIEWS) {
        List<SampleView> rows =
            IntStream.range(from, Math.min(samples, from + BATCH / VIEWS))
                .boxed()
                .flatMap(o -> IntStream.range(0, VIEWS).mapToObj(view -> row(o, view)))
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
  public float read() throws IOException {
    switch (form) {
      case BARE, BARE_FLOATS -> bare();
      case SCAN -> scan();
      case ROWS -> rowByRow();
      case RANDOM -> random();
      case RANDOM_JOIN -> join();
      default -> throw new IllegalStateException("no such form");
    }
    return batch.get(0);
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
    if (encoding.equals(FLOATS)) {
      FloatBuffer from = bytes.asFloatBuffer();
      while (from.hasRemaining()) {
        int count = Math.min(from.remaining(), batch.capacity());
        batch.clear().put(0, from, from.position(), count);
        from.position(from.position() + count);
      }
      return;
    }
    ShortBuffer from = bytes.asShortBuffer();
    while (from.hasRemaining()) {
      int count = Math.min(from.remaining(), halves.length);
      from.get(halves, 0, count);
      widen(halves, count, floats);
      batch.clear().put(floats, 0, count);
    }
  }

  /** The shortest loop for finite numbers: {@code DenseF16} says why it is right. */
  private static void widen(short[] halves, int count, float[] floats) {
    for (int i = 0; i < count; i++) {
      floats[i] = Float.intBitsToFloat((halves[i] << 13) & 0x8fffe000) * 0x1p112f;
    }
  }

  private void scan() {
    for (int view = 0; view < VIEWS; view++) {
      LabelScan rows = file.scan(view);
      while (rows.next(batch.clear()) > 0) {}
    }
  }

  private void rowByRow() {
    for (int view = 0; view < VIEWS; view++) {
      for (int ordinal = 0; ordinal < samples; ordinal++) {
        file.logits(ordinal, view, next());
      }
    }
  }

  private void random() {
    for (int row : drawn) {
      file.logits(row / VIEWS, row % VIEWS, next());
    }
  }

  private void join() {
    for (int row : drawn) {
      int ordinal = row / VIEWS;
      int view = row % VIEWS;
      boolean same =
          file.key(ordinal, view).length() == 13
              && file.viewSeed(ordinal, view) == seed(ordinal, view);
      if (!same || !file.has(ordinal)) {
        throw new IllegalStateException("a label of another view");
      }
      file.logits(ordinal, view, next());
    }
  }

  private FloatBuffer next() {
    return batch.remaining() < classes ? batch.clear() : batch;
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
