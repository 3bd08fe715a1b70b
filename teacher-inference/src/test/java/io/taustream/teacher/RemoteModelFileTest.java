package io.taustream.teacher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taustream.storage.TaustreamException;
import io.taustream.storage.object.ObjectNotFoundException;
import io.taustream.storage.object.ObjectStore;
import io.taustream.storage.object.ObjectStores;
import io.taustream.storage.object.ObjectUri;
import io.taustream.storage.object.S3TestServer;
import io.taustream.storage.object.WriteCondition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** Models on a real S3 server. */
class RemoteModelFileTest {
  private static S3TestServer server;
  private static ObjectStore store;

  @TempDir Path cache;
  private ObjectUri folder;

  @BeforeAll
  static void startServer() {
    server = S3TestServer.start();
    server.createBucket("models");
    store = ObjectStores.open(Optional.of(server.settings()));
  }

  @AfterAll
  static void stopServer() {
    store.close();
    server.close();
  }

  @BeforeEach
  void chooseFolder(TestInfo test) {
    folder = new ObjectUri("s3", "models", test.getTestMethod().orElseThrow().getName());
  }

  @Test
  void fetchesModelExternalDataAndCard() throws IOException {
    byte[] weights = new byte[144];
    put("m.onnx", ModelFileTest.external("data/weights.bin").bytes());
    put("data/weights.bin", weights);
    put("m.yaml", "size: 2\n".getBytes(StandardCharsets.UTF_8));
    ModelFile model = fetch();
    assertThat(model.uri()).isEqualTo(folder.child("m.onnx"));
    assertThat(model.path()).startsWith(cache);
    assertThat(model.path().resolveSibling("data/weights.bin")).hasBinaryContent(weights);
    assertThat(model.card().orElseThrow()).hasContent("size: 2");
    assertThat(ModelFileTest.sha256(model)).hasSize(64);
  }

  @Test
  void fetchesExternalDataOfSparseConstants() {
    byte[] weights = new byte[144];
    put("m.onnx", ModelFileTest.externalSparse("weights.bin").bytes());
    put("weights.bin", weights);
    assertThat(fetch().path().resolveSibling("weights.bin")).hasBinaryContent(weights);
  }

  @Test
  void fetchesAgainOnlyWhatHasChanged() throws IOException {
    put("m.onnx", ModelBuilder.linear(-1, 2, 3).bytes());
    put("m.yaml", "size: 2\n".getBytes(StandardCharsets.UTF_8));
    Path path = fetch().path();
    FileTime old = FileTime.fromMillis(1_000_000);
    Files.setLastModifiedTime(path, old);
    put("m.yaml", "size: 2 # \n".getBytes(StandardCharsets.UTF_8));
    ModelFile again = fetch();
    assertThat(Files.getLastModifiedTime(again.path())).isEqualTo(old);
    assertThat(Files.readString(again.card().orElseThrow())).contains("#");
    put("m.onnx", ModelBuilder.linear(-1, 2, 4).bytes());
    store.delete(folder.child("m.yaml")).block();
    ModelFile changed = fetch();
    assertThat(Files.getLastModifiedTime(changed.path())).isNotEqualTo(old);
    assertThat(changed.card()).isEmpty();
    try (var files = Files.walk(cache)) {
      assertThat(files.filter(Files::isRegularFile).map(f -> f.getFileName().toString()))
          .containsExactlyInAnyOrder("m.onnx", "m.onnx.version");
    }
  }

  @Test
  void fetchesTheNamesFileOfTheCard() throws IOException {
    put("m.onnx", ModelBuilder.linear(-1, 2, 3).bytes());
    put("m.yaml", "class-names: names/of.txt\n".getBytes(StandardCharsets.UTF_8));
    put("names/of.txt", "b\nc\na\n".getBytes(StandardCharsets.UTF_8));
    assertThat(classOfOutput()).containsExactly(1, 2, 0);

    put("names/of.txt", "c\nb\na\n".getBytes(StandardCharsets.UTF_8));
    assertThat(classOfOutput()).containsExactly(2, 1, 0);

    store.delete(folder.child("names/of.txt")).block();
    assertThatThrownBy(this::classOfOutput)
        .isInstanceOf(TaustreamException.class)
        .hasMessageContainingAll("class-names", "of.txt is missing");
  }

  @Test
  void refusesANamesFileOutsideTheModelsFolder() {
    put("m.onnx", ModelBuilder.linear(-1, 2, 3).bytes());
    put("m.yaml", "class-names: ../names.txt\n".getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(this::fetch)
        .isInstanceOf(TaustreamException.class)
        .hasMessageContainingAll("'../names.txt'", "lies outside the model's folder");
  }

  private List<Integer> classOfOutput() {
    TeacherCard card =
        TeacherInspection.of(fetch(), Optional.of(new DataShape(3, 2, List.of("a", "b", "c"))))
            .card()
            .orElseThrow();
    return ((ClassMap.Indices) card.classMap().orElseThrow()).classOfOutput();
  }

  @Test
  void refusesAMissingModel() {
    assertThatThrownBy(this::fetch)
        .isInstanceOf(ObjectNotFoundException.class)
        .hasMessageContaining(folder.child("m.onnx").toString());
  }

  @Test
  void refusesMissingExternalData() {
    put("m.onnx", ModelFileTest.external("weights.bin").bytes());
    assertThatThrownBy(this::fetch)
        .isInstanceOf(TaustreamException.class)
        .hasMessageContaining(folder.child("m.onnx").toString())
        .hasMessageContaining("'weights.bin' is missing");
  }

  @Test
  void refusesExternalDataOutsideTheModelsFolder() {
    put("m.onnx", ModelFileTest.external("../weights.bin").bytes());
    assertThatThrownBy(this::fetch)
        .isInstanceOf(TaustreamException.class)
        .hasMessageContaining("lies outside the model's folder");
  }

  private ModelFile fetch() {
    return ModelFile.fetch(store, folder.child("m.onnx"), cache);
  }

  private void put(String name, byte[] content) {
    store.write(folder.child(name), ByteBuffer.wrap(content), new WriteCondition.Always()).block();
  }
}
