package io.taustream.teacher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelPartsTest {
  private static S3TestServer server;
  private static ObjectStore store;

  @TempDir Path folder;

  @BeforeAll
  static void openStore() {
    server = S3TestServer.start();
    server.createBucket("models");
    store = ObjectStores.open(Optional.of(server.settings()));
  }

  @AfterAll
  static void closeStore() {
    store.close();
    server.close();
  }

  private ObjectUri file(String name) {
    return ObjectUri.ofFile(folder.resolve(name));
  }

  private ModelParts parts() {
    return new ModelParts(store, folder.resolve("cache"));
  }

  @Test
  void namesExternalDataAndWhatTheCardNamesThereOrNot() throws IOException {
    Files.write(folder.resolve("m.onnx"), ModelFileTest.external("data/weights.bin").bytes());
    assertThat(parts().namedBy(file("m.onnx"))).containsExactly(file("data/weights.bin"));
    Files.writeString(folder.resolve("m.yaml"), "class-names: names.txt\n");
    assertThat(parts().namedBy(file("m.onnx")))
        .containsExactly(file("data/weights.bin"), file("names.txt"));
  }

  @Test
  void namesThemOnS3AndLeavesTheModelToBeFoundByWhoFetchesIt() throws IOException {
    ObjectUri model = new ObjectUri("s3", "models", "t/m.onnx");
    put(model, ModelFileTest.external("weights.bin").bytes());
    put(ModelParts.card(model), "class-names: names.txt\n".getBytes(StandardCharsets.UTF_8));
    assertThat(parts().namedBy(model))
        .containsExactly(
            new ObjectUri("s3", "models", "t/names.txt"),
            new ObjectUri("s3", "models", "t/weights.bin"));
    put(new ObjectUri("s3", "models", "t/weights.bin"), new byte[144]);
    assertThat(ModelFile.fetch(store, model, folder.resolve("cache")).path())
        .startsWith(folder.resolve("cache"));
    try (var files = Files.walk(folder.resolve("cache"))) {
      assertThat(files.filter(f -> f.endsWith("m.onnx"))).hasSize(1);
    }
  }

  @Test
  void saysNothingOfWhatCannotBeRead() throws IOException {
    Files.write(folder.resolve("m.onnx"), new byte[] {1, 2, 3});
    Files.writeString(folder.resolve("m.yaml"), "no: card\n");
    assertThat(parts().namedBy(file("m.onnx"))).isEmpty();
  }

  @Test
  void saysNothingOfLocationsOutsideTheModelsFolder() throws IOException {
    Files.write(folder.resolve("m.onnx"), ModelFileTest.external("../weights.bin").bytes());
    assertThat(parts().namedBy(file("m.onnx"))).isEmpty();
  }

  @Test
  void failsWhereThereIsNoModel() {
    assertThatThrownBy(() -> parts().namedBy(file("m.onnx")))
        .isInstanceOf(ObjectNotFoundException.class);
    assertThatThrownBy(() -> parts().namedBy(new ObjectUri("s3", "models", "absent.onnx")))
        .isInstanceOf(ObjectNotFoundException.class);
  }

  private void put(ObjectUri uri, byte[] content) {
    store.write(uri, ByteBuffer.wrap(content), new WriteCondition.Always()).block();
  }
}
