package io.taustream.ingest.share;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taustream.storage.TaustreamException;
import io.taustream.storage.label.DenseF32;
import io.taustream.storage.label.LabelColumn;
import io.taustream.storage.label.TopK;
import io.taustream.storage.object.ObjectInfo;
import io.taustream.storage.object.ObjectStore;
import io.taustream.storage.object.ObjectStores;
import io.taustream.storage.object.ObjectUri;
import io.taustream.storage.share.RowBlock;
import io.taustream.storage.share.ShareReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tars with arrays beside the images, as a Python program may write them. */
class LabelledTarReaderTest {
  private static final List<LabelColumn> LOGITS = new DenseF32().columns(3);
  private static final String METADATA =
      "{\"taustream.format\":\"1\",\"taustream.shard\":\"{\\\"name\\\":\\\"a.tar\\\",\\\"size\\\":9}\","
          + "\"taustream.view_id\":\"none-0\",\"taustream.views\":\"2\",\"taustream.classes\":\"3\"}";

  @TempDir Path folder;
  private ObjectStore objects;
  private final Map<String, byte[]> files = new LinkedHashMap<>();

  @BeforeEach
  void fill() {
    objects = ObjectStores.open(Optional.empty());
    put("__taustream__/labels.json", METADATA);
    for (String key : List.of("a", "b", "c")) {
      put(key + ".jpg", "an image");
      put(key + ".cls", "2");
      if (!key.equals("b")) {
        files.put(key + ".view_seed.npy", array("<i8", List.of(2), 5, -6));
        files.put(key + ".logits.npy", array("<f4", List.of(2, 3), 1, 2, 3, 4, 5, 6));
      }
    }
  }

  @AfterEach
  void close() {
    objects.close();
  }

  private void put(String name, String content) {
    files.put(name, content.getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] array(String descr, List<Integer> shape, long... values) {
    ByteBuffer data =
        ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (long value : values) {
      switch (descr) {
        case "<f4" -> data.putFloat((float) value);
        case "<f2" -> data.putShort((short) value);
        case "<i4" -> data.putInt((int) value);
        default -> data.putLong(value);
      }
    }
    return new NpyArray(descr, shape, data.flip()).toBytes();
  }

  private ObjectInfo tar() throws IOException {
    Path tar = folder.resolve("shared.tar");
    try (TarArchiveOutputStream out = new TarArchiveOutputStream(Files.newOutputStream(tar))) {
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        TarArchiveEntry entry = new TarArchiveEntry(file.getKey(), true);
        entry.setSize(file.getValue().length);
        out.putArchiveEntry(entry);
        out.write(file.getValue());
        out.closeArchiveEntry();
      }
    }
    return objects.stat(ObjectUri.ofFile(tar)).block();
  }

  private List<String> read(List<LabelColumn> columns) throws IOException {
    List<String> rows = new ArrayList<>();
    try (ShareReader reader = LabelledTarReader.open(tar(), objects)) {
      for (Optional<RowBlock> block = reader.next(columns);
          block.isPresent();
          block = reader.next(columns)) {
        ByteBuffer logits = block.get().labels().column(0).flip();
        block
            .get()
            .rows()
            .forEach(
                row ->
                    rows.add(
                        "%d %s %d %d %d: %s"
                            .formatted(
                                row.ordinal(),
                                row.key(),
                                row.label(),
                                row.view(),
                                row.viewSeed(),
                                logits.getFloat() + logits.getFloat() + logits.getFloat())));
      }
    }
    return rows;
  }

  private void refused(String message) {
    assertThatThrownBy(() -> read(LOGITS))
        .isInstanceOf(TaustreamException.class)
        .hasMessageContaining("shared.tar")
        .hasMessageContaining(message)
        .message()
        .doesNotContain("\n");
  }

  @Test
  void givesEveryViewOfEachLabelledSampleAtItsPlaceInTheShard() throws IOException {
    files.put("c.depth.npy", new byte[9]);
    assertThat(read(LOGITS))
        .containsExactly(
            "0 a 2 0 5: 6.0", "2 c 2 0 5: 6.0", "0 a 2 1 -6: 15.0", "2 c 2 1 -6: 15.0");
  }

  @Test
  void takesHalvesForFloats() throws IOException {
    files.put("a.logits.npy", array("<f2", List.of(2, 3), 0x3c00, 0, 0, 0x4000, 0, 0));
    files.remove("c.logits.npy");
    files.remove("c.view_seed.npy");
    assertThat(read(LOGITS)).containsExactly("0 a 2 0 5: 1.0", "0 a 2 1 -6: 2.0");
  }

  @Test
  void needsItsMetadataFirst() {
    files.put("__taustream__/labels.json", new byte[] {'[', ']'});
    refused("__taustream__/labels.json is no JSON object");
    files.remove("__taustream__/labels.json");
    refused("does not begin with __taustream__/labels.json");
  }

  @Test
  void refusesArraysOfOtherShapesAndTypes() {
    byte[] whole = files.get("c.logits.npy");
    files.put("c.logits.npy", array("<f4", List.of(3, 2), 1, 2, 3, 4, 5, 6));
    refused("sample 'c': c.logits.npy is [3, 2] of '<f4'; expected is [2, 3], float16 or float32");
    files.put("c.logits.npy", array("<i4", List.of(2, 3), 1, 2, 3, 4, 5, 6));
    refused("c.logits.npy is [2, 3] of '<i4'");
    put("c.logits.npy", "no array");
    refused("sample 'c': c.logits.npy cannot be read: it is no .npy file");
    files.remove("c.logits.npy");
    refused("sample 'c': it has no c.logits.npy");
    files.put("c.logits.npy", whole);
    put("c.cls", "cat");
    refused("sample 'c': its class is 'cat'; an integer is expected");
  }

  @Test
  void refusesIntegersThatTheColumnCannotHold() {
    List<LabelColumn> columns = new TopK(1, List.of(1f)).columns(3).subList(0, 1);
    files.keySet().removeIf(name -> name.startsWith("b.") || name.startsWith("c."));
    files.put("a.top_index.npy", array("<i8", List.of(2, 1), 1, 70000));
    assertThatThrownBy(() -> read(columns))
        .isInstanceOf(TaustreamException.class)
        .hasMessageContaining("sample 'a': 'top_index' is 70000; allowed are 0 to 65535");
  }

  @Test
  void refusesATarThatIsCutOff() throws IOException {
    ObjectInfo whole = tar();
    Path tar = whole.uri().toPath();
    Files.write(tar, Arrays.copyOf(Files.readAllBytes(tar), 2048));
    ObjectInfo cut = objects.stat(whole.uri()).block();
    assertThatThrownBy(
            () -> {
              try (ShareReader reader = LabelledTarReader.open(cut, objects)) {
                while (reader.next(LOGITS).isPresent()) {}
              }
            })
        .isInstanceOf(TaustreamException.class)
        .hasMessageContaining("is truncated");
  }
}
