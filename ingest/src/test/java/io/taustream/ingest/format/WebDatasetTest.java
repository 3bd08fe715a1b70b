package io.taustream.ingest.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taustream.storage.TaustreamException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.test.StepVerifier;

class WebDatasetTest {
  @TempDir private Path root;
  private Folder folder;

  @BeforeEach
  void openFolder() {
    folder = new Folder(root);
  }

  @AfterEach
  void closeFolder() {
    folder.close();
  }

  @Test
  void groupsMembersByKeyInAnyOrder() throws IOException {
    byte[] tar =
        new Tars()
            .add("./a/x.1.jpg", "ignored: its extension is 1.jpg")
            .add("./a/x.jpg", "one")
            .add("./a/x.cls", "3\n")
            .add("notes", "no extension")
            .add("y.cls", " 0 ")
            .add("y.json", "{}")
            .add("y.PNG", "two")
            .add("z.jpeg", "three")
            .end();
    List<Sample> samples = folder.put("s.tar", tar).samples(10, "s.tar");
    assertThat(samples).extracting(Sample::key).containsExactly("a/x", "y", "z");
    assertThat(samples).extracting(Sample::label).containsExactly(3, 0, -1);
    assertThat(samples).extracting(Sample::ordinal).containsExactly(0, 1, 2);
    assertThat(samples)
        .extracting(
            sample ->
                new String(((Payload.Encoded) sample.payload()).bytes(), StandardCharsets.UTF_8))
        .containsExactly("one", "two", "three");
  }

  @ParameterizedTest
  @ValueSource(strings = {"s.tar", "s.tar.gz", "s.tgz"})
  void sumsUpTheRawBytesToTheLastOne(String name) throws IOException {
    byte[] tar = new Tars().addSamples(40, 30_000).end();
    byte[] raw = name.endsWith("gz") ? Tars.gzip(tar) : tar;
    ShardReading reading = folder.put(name, raw).reading(10, name);
    assertThatThrownBy(reading::crc32c).isInstanceOf(IllegalStateException.class);
    assertThat(reading.samples().collectList().block()).hasSize(40);
    assertThat(reading.crc32c()).isEqualTo(Folder.crc32c(raw));
    assertThatThrownBy(() -> reading.samples().blockLast())
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void readsAGzipOfSeveralParts() throws IOException {
    byte[] tar = new Tars().addSamples(20, 30_000).end();
    byte[] first = Tars.gzip(Arrays.copyOf(tar, 300_000));
    byte[] second = Tars.gzip(Arrays.copyOfRange(tar, 300_000, tar.length));
    byte[] raw = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, raw, first.length, second.length);
    assertThat(folder.put("s.tgz", raw).samples(10, "s.tgz")).hasSize(20);
  }

  @Test
  void givesASampleOnlyWhereItIsAskedForAndEndsOnCancel() throws IOException {
    byte[] tar = new Tars().addSamples(400, 20_000).end();
    ShardReading reading = folder.put("s.tar", tar).reading(10, "s.tar");
    StepVerifier.create(reading.samples(), 0)
        .expectSubscription()
        .thenRequest(2)
        .expectNextCount(2)
        .thenRequest(1)
        .expectNextCount(1)
        .thenCancel()
        .verify();
    assertThatThrownBy(reading::crc32c).isInstanceOf(IllegalStateException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ten", "10", "-1", "", "3.0", "99999999999"})
  void refusesALabelThatIsNoClass(String label) throws IOException {
    byte[] tar = new Tars().add("k.jpg", "i").add("k.cls", label).end();
    fails(tar, "s.tar", "sample k has the label '" + label + "'", "from 0 to 9");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../k.jpg", "a/../../k.jpg", "/k.jpg"})
  void refusesANameThatLeadsOut(String name) throws IOException {
    fails(new Tars().add(name, "i").end(), "s.tar", "member '" + name + "' leads out");
  }

  @Test
  void refusesSamplesThatAreNone() throws IOException {
    fails(new Tars().end(), "s.tar", "holds no samples");
    fails(new Tars().add("k.cls", "1").add("l.jpg", "i").end(), "s.tar", "k has no image");
    fails(new Tars().add("l.jpg", "i").add("k.cls", "1").end(), "s.tar", "k has no image");
    fails(new Tars().add("k.jpg", "i").add("k.png", "i").end(), "s.tar", "k has two images");
    fails(new Tars().add("k.cls", "1").add("k.cls", "1").end(), "s.tar", "k has two labels");
    fails(
        new Tars().add("k.jpg", "i").add("l.jpg", "i").add("k.cls", "1").end(),
        "s.tar",
        "k is there twice");
    fails(new byte[0], "s.tar", "is empty, truncated at byte 0");
  }

  @Test
  void ignoresHiddenFiles() throws IOException {
    byte[] tar =
        new Tars()
            .add("._x.jpg", "macOS's attributes of x.jpg")
            .add("x.jpg", "one")
            .add("._x.cls", "and of x.cls")
            .add("x.cls", "1")
            .end();

    assertThat(folder.put("s.tar", tar).samples(10, "s.tar"))
        .singleElement()
        .extracting(Sample::key, Sample::label)
        .containsExactly("x", 1);
  }

  @Test
  void readsAGzippedTarWhateverItsName() throws IOException {
    byte[] gzip = Tars.gzip(new Tars().addSamples(3, 700).end());

    assertThat(folder.put("s.tar", gzip).samples(10, "s.tar")).hasSize(3);
  }

  @ParameterizedTest
  @ValueSource(bytes = {TarConstants.LF_SYMLINK, TarConstants.LF_LINK, TarConstants.LF_FIFO})
  void refusesALinkRatherThanLoseItsSample(byte type) throws IOException {
    byte[] tar = new Tars().addSamples(1, 10).addSpecial("k.jpg", type).end();

    fails(tar, "s.tar", "member 'k.jpg' is a link");
  }

  @Test
  void refusesTarsThatWereJoinedByteByByte() throws IOException {
    byte[] one = new Tars().add("k.jpg", new byte[20_000]).end();
    byte[] joined = Arrays.copyOf(one, 2 * one.length);
    System.arraycopy(one, 0, joined, one.length, one.length);

    fails(joined, "s.tar", "holds data behind its end");
  }

  @Test
  void refusesAMemberOver64MiB() throws IOException {
    byte[] tar = new Tars().add("k.jpg", new byte[(64 << 20) + 1]).end();
    fails(tar, "s.tar", "member 'k.jpg' has 67108865 bytes");
  }

  @Test
  void findsATruncationWhereverItIs() throws IOException {
    byte[] tar = new Tars().addSamples(3, 700).end();
    int membersEnd = 3 * (512 + 1024 + 512 + 512);
    for (int length = 1; length < membersEnd + 1024; length += 127) {
      fails(Arrays.copyOf(tar, length), "s.tar", "is truncated at byte " + length);
    }
    for (int length = 512; length < membersEnd + 1024; length += 512) {
      fails(Arrays.copyOf(tar, length), "s.tar", "is truncated at byte " + length);
    }
    assertThat(folder.put("s.tar", Arrays.copyOf(tar, membersEnd + 1024)).samples(10, "s.tar"))
        .hasSize(3);
  }

  @Test
  void takesNoMembersZerosForTheEnd() throws IOException {
    byte[] tar = new Tars().add("k.jpg", new byte[4096]).end();
    fails(Arrays.copyOf(tar, 512 + 4096), "s.tar", "is truncated at byte 4608");
  }

  @Test
  void findsATruncatedGzip() throws IOException {
    byte[] gzip = Tars.gzip(new Tars().addSamples(3, 700).end());
    for (int length = 20; length < gzip.length; length += 29) {
      fails(Arrays.copyOf(gzip, length), "s.tar.gz", "is truncated at byte " + length);
    }
    fails(Arrays.copyOf(gzip, gzip.length - 1), "s.tar.gz", "is truncated");
  }

  @Test
  void refusesWhatIsNoTar() throws IOException {
    byte[] text =
        "no tar at all, but long enough to be one. ".repeat(400).getBytes(StandardCharsets.UTF_8);
    fails(text, "s.tar", "shard file:");
    fails(text, "s.tar.gz", "is damaged near byte");
  }

  private void fails(byte[] content, String name, String... parts) throws IOException {
    ShardReading reading = folder.put(name, content).reading(10, name);
    assertThatThrownBy(() -> reading.samples().blockLast())
        .isInstanceOf(TaustreamException.class)
        .hasMessageContaining(root.resolve(name).toString())
        .hasMessageContainingAll(parts)
        .message()
        .doesNotContain("\n");
    assertThatThrownBy(reading::crc32c).isInstanceOf(IllegalStateException.class);
  }
}
