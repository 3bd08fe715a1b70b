package io.taustream.teacher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taustream.ingest.batch.ImageBatch;
import io.taustream.storage.TaustreamException;
import io.taustream.storage.label.SoftLabelBatch;
import io.taustream.storage.object.ObjectStore;
import io.taustream.storage.object.ObjectStores;
import io.taustream.storage.object.ObjectUri;
import io.taustream.storage.sample.SampleView;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How providers are found, and what they are held to. */
class TeacherProvidersTest {
  private static final int SIZE = 4;
  private static final int CLASSES = 5;

  private final BufferAllocator allocator = new RootAllocator();
  private final ObjectStore objects = ObjectStores.open(Optional.empty());
  private final AtomicInteger closed = new AtomicInteger();
  @TempDir Path folder;

  @AfterEach
  void nothingLeaks() {
    objects.close();
    allocator.close();
  }

  /** A teacher whose every logit is {@code value}, and what it may be made to do wrong. */
  private final class Constant implements Teacher {
    private final String name;
    private final int classes;
    private final int rowsTooFew;
    private final float value;

    Constant(String name, int classes, int rowsTooFew, float value) {
      this.name = name;
      this.classes = classes;
      this.rowsTooFew = rowsTooFew;
      this.value = value;
    }

    @Override
    public TeacherIdentity identity() {
      return TeacherIdentity.over(name, "constant".getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public int classes() {
      return classes;
    }

    @Override
    public int imageSize() {
      return SIZE;
    }

    @Override
    public SoftLabelBatch label(ImageBatch images) {
      List<SampleView> rows = images.rows().subList(rowsTooFew, images.size());
      ArrowBuf memory = allocator.buffer((long) rows.size() * classes * Float.BYTES);
      SoftLabelBatch labels = new SoftLabelBatch(rows, classes, memory);
      for (int i = 0; i < rows.size() * classes; i++) {
        labels.logits().put(i, i == 0 ? 1 : value);
      }
      return labels;
    }

    @Override
    public String device() {
      return "cpu";
    }

    @Override
    public void close() {
      closed.incrementAndGet();
    }
  }

  private record Provider(String type, Function<TeacherRequest, Teacher> opener)
      implements TeacherProvider {
    @Override
    public Teacher open(TeacherRequest request) {
      return opener.apply(request);
    }
  }

  private TeacherRequest request(Map<String, String> options) {
    return new TeacherRequest(
        "t",
        Optional.empty(),
        new DataShape(CLASSES, SIZE),
        new ExecutionSettings(new Device.Cpu(), 1),
        new TeacherOptions(options, folder),
        allocator,
        objects,
        folder.resolve("scratch"));
  }

  private Teacher open(Function<TeacherRequest, Teacher> opener) {
    return new TeacherProviders(List.of(new Provider("own", opener)))
        .open("own", request(Map.of()));
  }

  private void labelFails(Teacher opened, String... parts) {
    try (Teacher teacher = opened;
        ImageBatch images = TestImages.random(allocator, 3, SIZE, 1)) {
      assertThatThrownBy(() -> teacher.label(images).close())
          .isInstanceOf(TaustreamException.class)
          .hasMessageContainingAll("teacher t of type own", "TeacherProvidersTest$Provider")
          .hasMessageContainingAll(parts);
    }
    assertThat(closed).hasValue(1);
  }

  private void openFails(Function<TeacherRequest, Teacher> opener, String... parts) {
    assertThatThrownBy(() -> open(opener).close())
        .isInstanceOf(TaustreamException.class)
        .hasMessageContainingAll("teacher t of type own", "TeacherProvidersTest$Provider")
        .hasMessageContainingAll(parts);
  }

  @Test
  void opensATeacherThatKeepsItsPromises() {
    try (Teacher teacher = open(request -> new Constant("t", CLASSES, 0, 2));
        ImageBatch images = TestImages.random(allocator, 3, SIZE, 1);
        SoftLabelBatch labels = teacher.label(images)) {
      assertThat(teacher.identity().name()).isEqualTo("t");
      assertThat(teacher.classes()).isEqualTo(CLASSES);
      assertThat(teacher.imageSize()).isEqualTo(SIZE);
      assertThat(teacher.device()).isEqualTo("cpu");
      assertThat(labels.rows()).isEqualTo(images.rows());
      assertThat(labels.logits().get(4)).isEqualTo(2);
    }
    assertThat(closed).hasValue(1);
  }

  @Test
  void findsOnnxOnTheClassPath() {
    ModelFile model = ModelBuilder.linear(-1, SIZE, CLASSES).write(folder.resolve("m.onnx"));
    TeacherRequest blank = request(Map.of());
    TeacherRequest request =
        new TeacherRequest(
            "t",
            Optional.of(model.uri()),
            blank.data(),
            blank.execution(),
            blank.options(),
            allocator,
            objects,
            folder);
    try (Teacher found = TeacherProviders.installed().open("onnx", request);
        Teacher direct = OnnxTeacher.open("t", model, blank.data(), blank.execution(), allocator)) {
      assertThat(found.identity()).isEqualTo(direct.identity());
    }
  }

  @Test
  void namesTheTypesThatThereAreForAnUnknownOne() {
    assertThatThrownBy(() -> TeacherProviders.installed().open("onyx", request(Map.of())).close())
        .isInstanceOf(TaustreamException.class)
        .hasMessage(
            "teacher t: there is no type onyx; found onnx: correct type, or add the jar of its provider to TAUSTREAM_CLASSPATH");
  }

  @Test
  void refusesTwoProvidersOfOneType() {
    Provider one = new Provider("own", request -> null);
    assertThatThrownBy(() -> new TeacherProviders(List.of(one, new OnnxTeacherProvider(), one)))
        .isInstanceOf(TaustreamException.class)
        .hasMessageContainingAll("type own", "TAUSTREAM_CLASSPATH");
  }

  @Test
  void onnxNeedsAModel() {
    assertThatThrownBy(() -> TeacherProviders.installed().open("onnx", request(Map.of())).close())
        .isInstanceOf(TaustreamException.class)
        .hasMessageContainingAll("teacher t", "needs one", "model: FILE");
  }

  @Test
  void refusesOptionsThatTheTypeDoesNotKnow() {
    Map<String, String> options = Map.of("custom-operator", "a.so");
    assertThatThrownBy(() -> TeacherProviders.installed().open("onnx", request(options)).close())
        .isInstanceOf(TaustreamException.class)
        .hasMessageContainingAll("option custom-operator is unknown", "custom-operators");
  }

  @Test
  void takesPathsInOptionsFromTheConfigurationsFolder() {
    TeacherRequest request = request(Map.of("here", "a/b.txt", "there", "s3://bucket/b.txt"));

    assertThat(request.optionFile("here")).contains(folder.resolve("a/b.txt"));
    assertThat(request.optionFile("nowhere")).isEmpty();
    assertThatThrownBy(() -> request.optionFile("there"))
        .isInstanceOf(TaustreamException.class)
        .hasMessageContainingAll("teacher t", "option there", "a file of this machine");
  }

  @Test
  void givesTheModelToWhoNeedsIt() {
    ObjectUri uri = ObjectUri.ofFile(folder.resolve("m"));
    TeacherRequest blank = request(Map.of());
    assertThat(
            new TeacherRequest(
                    "t",
                    Optional.of(uri),
                    blank.data(),
                    blank.execution(),
                    blank.options(),
                    allocator,
                    objects,
                    folder)
                .requireModel())
        .isEqualTo(uri);
  }

  @Test
  void passesOnWhatTheProviderRefuses() {
    assertThatThrownBy(
            () ->
                open(request -> {
                      throw request.failure("no");
                    })
                    .close())
        .isInstanceOf(TaustreamException.class)
        .hasMessage("teacher t: no");
  }

  @Test
  void namesTheProviderWhoseOpeningFails() {
    openFails(
        request -> {
          throw new IllegalStateException("bug");
        },
        "cannot be opened",
        "IllegalStateException: bug");
    openFails(
        request -> {
          throw new NoClassDefFoundError("com/example/Absent");
        },
        "cannot be opened",
        "com/example/Absent");
    openFails(request -> null, "gave nothing");
  }

  @Test
  void refusesAnotherNameAndClosesTheTeacher() {
    openFails(request -> new Constant("u", CLASSES, 0, 2), "identity", "the name t");
    assertThat(closed).hasValue(1);
  }

  @Test
  void refusesOtherClassesThanTheDatasAndClosesTheTeacher() {
    openFails(request -> new Constant("t", 6, 0, 2), "6 classes", "the data has 5");
    assertThat(closed).hasValue(1);
  }

  @Test
  void refusesLogitsThatAreNotFinite() {
    labelFails(
        open(request -> new Constant("t", CLASSES, 0, Float.NaN)),
        "class 1 of sample 'key0' (shard shard-0.tar, view 0) is NaN");
  }

  @Test
  void refusesOtherRowsThanTheImages() {
    labelFails(open(request -> new Constant("t", CLASSES, 1, 2)), "2 rows for a batch of 3 images");
  }

  @Test
  void namesTheProviderWhoseLabellingFails() {
    labelFails(
        open(
            request ->
                new ForwardingTeacher(new Constant("t", CLASSES, 0, 2)) {
                  @Override
                  public SoftLabelBatch label(ImageBatch images) {
                    throw new NoClassDefFoundError("com/example/Absent");
                  }
                }),
        "cannot label a batch of 3 images",
        "com/example/Absent");
  }

  @Test
  void refusesNoLabelsAndLabelsOfOtherLength() {
    labelFails(
        open(
            request ->
                new ForwardingTeacher(new Constant("t", CLASSES, 0, 2)) {
                  @Override
                  public SoftLabelBatch label(ImageBatch images) {
                    return null;
                  }
                }),
        "gave no labels");
    closed.set(0);
    labelFails(
        open(
            request ->
                new ForwardingTeacher(new Constant("t", 6, 0, 2)) {
                  @Override
                  public int classes() {
                    return CLASSES;
                  }
                }),
        "6 logits an image",
        "are 5");
  }

  /** A teacher that does what another does. */
  private static class ForwardingTeacher implements Teacher {
    private final Teacher teacher;

    ForwardingTeacher(Teacher teacher) {
      this.teacher = teacher;
    }

    @Override
    public TeacherIdentity identity() {
      return teacher.identity();
    }

    @Override
    public int classes() {
      return teacher.classes();
    }

    @Override
    public int imageSize() {
      return teacher.imageSize();
    }

    @Override
    public SoftLabelBatch label(ImageBatch images) {
      return teacher.label(images);
    }

    @Override
    public String device() {
      return teacher.device();
    }

    @Override
    public void close() {
      teacher.close();
    }
  }

  @Test
  void anIdentityTellsWhereOnePartEnds() {
    byte[] ab = {'a', 'b'};
    byte[] c = {'c'};
    byte[] a = {'a'};
    byte[] bc = {'b', 'c'};

    assertThat(TeacherIdentity.over("t", ab, c))
        .isEqualTo(TeacherIdentity.over("t", ab, c))
        .isNotEqualTo(TeacherIdentity.over("t", a, bc))
        .isNotEqualTo(TeacherIdentity.over("t", c, ab));
  }
}
