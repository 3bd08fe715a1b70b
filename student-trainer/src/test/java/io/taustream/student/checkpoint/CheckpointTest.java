package io.taustream.student.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.taustream.storage.TaustreamException;
import io.taustream.storage.object.ObjectStore;
import io.taustream.storage.object.ObjectStores;
import io.taustream.storage.object.ObjectUri;
import io.taustream.student.diagnose.GradientDiagnosis;
import io.taustream.student.loss.CrossEntropy;
import io.taustream.student.loss.CurriculumTemperature;
import io.taustream.student.loss.KullbackLeibler;
import io.taustream.student.loss.LearnedParameters;
import io.taustream.student.loss.Weight;
import io.taustream.student.loss.WeightedLoss;
import io.taustream.student.model.PixelNormalisation;
import io.taustream.student.model.Student;
import io.taustream.student.model.Student.NamedTensor;
import io.taustream.student.model.StudentModels;
import io.taustream.student.model.TorchScriptStudent;
import io.taustream.student.optimizer.Sgd;
import io.taustream.student.train.StepTime;
import io.taustream.student.train.StudentTrainer;
import io.taustream.student.train.TestBatches;
import io.taustream.student.train.TorchThreads;
import io.taustream.student.train.TrainingBatch;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointTest {
  private static final int CLASSES = 4;
  private static final int SIZE = 8;

  @TempDir private Path folder;
  private final RootAllocator root = new RootAllocator();
  private final TestBatches batches = new TestBatches(root, SIZE, CLASSES);
  private final ObjectStore objects = ObjectStores.open(Optional.empty());
  private CheckpointStore store;

  @BeforeEach
  void openStore() {
    store = new CheckpointStore(objects, ObjectUri.ofFile(folder), 3);
  }

  @AfterEach
  void closeAll() {
    objects.close();
    root.close();
  }

  @Test
  void refusesADataTypeThatAFileCannotHold() {
    try (Run run = new Run("resnet8", 1)) {
      NDArray phase = run.student.manager().ones(new Shape(4)).fft(4);
      TrainingProgress progress = new TrainingProgress(1, 0, 0, 0, "fingerprint", "");

      assertThatThrownBy(
              () ->
                  Checkpoint.of(
                      run.student, List.of(new NamedTensor("phase", phase)), run.sgd, progress))
          .isInstanceOf(TaustreamException.class)
          .hasMessageContainingAll("'learned.phase' is complex64", "float32");
    }
  }

  /** A student in training. */
  private final class Run implements AutoCloseable {
    final Student student;
    final WeightedLoss loss =
        new WeightedLoss(
            List.of(
                new WeightedLoss.Term(new CrossEntropy(), 0.1),
                new WeightedLoss.Term(new KullbackLeibler(4, false), new Weight(0, 0.9, 1.5)),
                new WeightedLoss.Term(new CurriculumTemperature(1, 20, 1, 1.5, false), 1)));
    final LearnedParameters learned;
    final Sgd sgd;

    Run(String model, long seed) {
      this(
          StudentModels.create(
              model, CLASSES, SIZE, PixelNormalisation.IMAGENET, seed, Device.cpu()));
    }

    Run(Student student) {
      this.student = student;
      learned = LearnedParameters.of(loss, student.manager());
      sgd = new Sgd(student, learned.tensors(), new Sgd.Settings(0.9, 5e-4, true));
    }

    void train(int from, int to) {
      StudentTrainer trainer =
          new StudentTrainer(
              student, loss, learned, sgd, new TorchThreads(1), from, GradientDiagnosis.NEVER);
      for (int step = from; step < to; step++) {
        try (TrainingBatch batch = batches.batch(16, step)) {
          trainer.step(batch, new StepTime(step / 10.0, 0.05));
        }
      }
    }

    Checkpoint checkpoint(long step) {
      return Checkpoint.of(
          student,
          learned.tensors(),
          sgd,
          new TrainingProgress(step, 2, 160, -7, "abc", "{\"a\":\"\\\"b\\\"\"}"));
    }

    @Override
    public void close() {
      sgd.close();
      learned.close();
      student.close();
    }
  }

  private static List<Integer> bits(Run run) {
    List<Integer> bits = new ArrayList<>();
    Stream.of(
            run.student.parameters(),
            run.student.statistics(),
            run.learned.tensors(),
            run.sgd.state())
        .flatMap(List::stream)
        .forEach(
            tensor -> {
              ByteBuffer values = tensor.tensor().toByteBuffer();
              while (values.hasRemaining()) {
                bits.add((int) values.get());
              }
            });
    return bits;
  }

  @Test
  void continuesToTheBitAsAnUndisturbedRun() {
    try (Run undisturbed = new Run("resnet8", 1);
        Run stopped = new Run("resnet8", 1);
        Run resumed = new Run("resnet8", 99)) {
      undisturbed.train(0, 20);
      stopped.train(0, 10);
      store.save(stopped.checkpoint(10)).block();

      Checkpoint checkpoint = store.latest("abc").block();
      assertThat(checkpoint.progress())
          .isEqualTo(new TrainingProgress(10, 2, 160, -7, "abc", "{\"a\":\"\\\"b\\\"\"}"));
      checkpoint.restore(resumed.student, resumed.learned.tensors(), resumed.sgd);
      assertThat(bits(resumed)).isEqualTo(bits(stopped));
      assertThat(resumed.learned.tensors().get(0).tensor().toFloatArray()[0]).isNotEqualTo(1);
      resumed.train(10, 20);

      assertThat(bits(resumed)).isEqualTo(bits(undisturbed));
    }
  }

  /** Its module has dropout, and counts batches in int64. */
  private static Student module() {
    try (InputStream file =
        CheckpointTest.class.getResourceAsStream("/torchscript/four-classes.pt")) {
      return TorchScriptStudent.load(
          "module",
          file.readAllBytes(),
          CLASSES,
          SIZE,
          PixelNormalisation.IMAGENET,
          5,
          Device.cpu());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void continuesAModuleToTheBitWithItsBuffersAndDropout() {
    try (Run undisturbed = new Run(module());
        Run stopped = new Run(module());
        Run resumed = new Run(module())) {
      undisturbed.train(0, 20);
      stopped.train(0, 10);
      store.save(stopped.checkpoint(10)).block();

      store.latest("abc").block().restore(resumed.student, resumed.learned.tensors(), resumed.sgd);
      assertThat(bits(resumed)).isEqualTo(bits(stopped));
      resumed.train(10, 20);

      assertThat(bits(resumed)).isEqualTo(bits(undisturbed)).isNotEqualTo(bits(stopped));
    }
  }

  @Test
  void findsNothingInAFreshRun() {
    assertThat(store.latest("abc").blockOptional()).isEmpty();
  }

  @Test
  void keepsTheNewestFewOnly() throws IOException {
    try (Run run = new Run("resnet8", 1)) {
      for (long step : new long[] {5, 10, 100, 2_000_000_000}) {
        store.save(run.checkpoint(step)).block();
      }
    }

    assertThat(names())
        .containsExactly(
            "checkpoint-000000010.safetensors",
            "checkpoint-000000100.safetensors",
            "checkpoint-2000000000.safetensors");
    assertThat(store.latest("abc").block().progress().step()).isEqualTo(2_000_000_000L);
  }

  @Test
  void fallsBackWhereTheNewestIsDamagedAnywhere() throws IOException {
    Random random = new Random(3);
    try (Run run = new Run("resnet8", 1)) {
      store.save(run.checkpoint(1)).block();
      store.save(run.checkpoint(2)).block();
    }
    Path newest = folder.resolve("checkpoint-000000002.safetensors");
    byte[] whole = Files.readAllBytes(newest);
    for (int i = 0; i < 40; i++) {
      byte[] damaged = whole.clone();
      // The header and the first values, then anywhere.
      int at = i < 20 ? random.nextInt(600) : random.nextInt(whole.length);
      damaged[at] ^= (byte) (1 << random.nextInt(8));
      Files.write(newest, damaged);

      assertThat(store.latest("abc").block().progress().step()).as("byte %d", at).isEqualTo(1);
    }
    for (int length : new int[] {0, 7, 8, 100, whole.length - 1}) {
      Files.write(newest, Arrays.copyOf(whole, length));

      assertThat(store.latest("abc").block().progress().step()).as("%d bytes", length).isEqualTo(1);
    }
  }

  @Test
  void saysSoWhereAllAreDamaged() throws IOException {
    Files.write(folder.resolve("checkpoint-000000002.safetensors"), new byte[100]);

    assertThatThrownBy(() -> store.latest("abc").block())
        .isInstanceOf(TaustreamException.class)
        .hasMessageContaining("None of the 1 checkpoints")
        .hasMessageContaining("--fresh");
  }

  @Test
  void refusesTheCheckpointOfAnotherConfiguration() {
    try (Run run = new Run("resnet8", 1)) {
      store.save(run.checkpoint(4)).block();
    }

    assertThatThrownBy(() -> store.latest("xyz").block())
        .isInstanceOf(TaustreamException.class)
        .hasMessageContaining("step 4")
        .hasMessageContaining("fingerprint abc, this one is xyz")
        .hasMessageContaining("--fresh");
  }

  @Test
  void leavesAStudentOfAnotherModelAlone() {
    try (Run small = new Run("resnet8", 1);
        Run large = new Run("resnet14", 1)) {
      List<Integer> before = bits(large);

      assertThatThrownBy(
              () -> small.checkpoint(4).restore(large.student, large.learned.tensors(), large.sgd))
          .isInstanceOf(TaustreamException.class)
          .hasMessageContaining("does not fit student 'resnet14'")
          .hasMessageContaining("more");
      assertThat(bits(large)).isEqualTo(before);
    }
  }

  @Test
  void writesSafetensors() throws IOException {
    try (Run run = new Run("resnet8", 1)) {
      store.save(run.checkpoint(3)).block();
    }
    ByteBuffer file =
        ByteBuffer.wrap(Files.readAllBytes(folder.resolve("checkpoint-000000003.safetensors")))
            .order(ByteOrder.LITTLE_ENDIAN);
    int length = (int) file.getLong();
    byte[] header = new byte[length];
    file.get(header);
    JsonNode json = new ObjectMapper().readTree(header);

    assertThat(length % 8).isZero();
    assertThat(json.path("__metadata__").path("taustream.position").asText()).isEqualTo("160");
    long end = 0;
    for (var entry : json.properties()) {
      if (!entry.getKey().equals("__metadata__")) {
        assertThat(entry.getValue().path("data_offsets").path(0).asLong()).isEqualTo(end);
        assertThat(entry.getValue().path("dtype").asText()).isEqualTo("F32");
        end = entry.getValue().path("data_offsets").path(1).asLong();
      }
    }
    assertThat(end).isEqualTo(file.remaining());
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
