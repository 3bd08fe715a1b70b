package io.taustream.storage.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taustream.storage.TaustreamException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ObjectPatternTest {
  @TempDir private Path folder;
  private final ObjectStore store = ObjectStores.open(Optional.empty());

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void countsBracesWithLeadingZeros() {
    assertThat(Braces.expand("a-{008..011}.tar"))
        .containsExactly("a-008.tar", "a-009.tar", "a-010.tar", "a-011.tar");
    assertThat(Braces.expand("{2..0}")).containsExactly("2", "1", "0");
    assertThat(Braces.expand("{9..11}")).containsExactly("9", "10", "11");
  }

  @Test
  void listsBracesAlsoInsideEachOther() {
    assertThat(Braces.expand("{train,val-{0..1}}/{a,b}"))
        .containsExactly("train/a", "train/b", "val-0/a", "val-0/b", "val-1/a", "val-1/b");
    assertThat(Braces.expand("x{,.bak}")).containsExactly("x", "x.bak");
    assertThat(Braces.expand("a\\{1..3\\}")).containsExactly("a\\{1..3\\}");
  }

  @Test
  void explainsWrongBraces() {
    for (String wrong : List.of("a{1..3", "a}", "{abc}", "{}", "{0..99999999}")) {
      assertThatThrownBy(() -> Braces.expand(wrong))
          .isInstanceOf(TaustreamException.class)
          .hasMessageContaining("the pattern " + wrong + " has ")
          .hasMessageContaining("a range {0000..0019} or a list {a,b}");
    }
  }

  @Test
  void matchesAsAShellDoes() {
    assertThat(matching("*.tar", "a.tar", "b/a.tar", ".a.tar", "a.tar.gz"))
        .containsExactly("a.tar");
    assertThat(matching("?[0-9].tar", "a1.tar", "aa.tar", "/1.tar")).containsExactly("a1.tar");
    assertThat(matching("[!a]*", "a", "b", "/b")).containsExactly("b");
    assertThat(matching("[]]", "]", "a")).containsExactly("]");
    assertThat(matching("**/x", "x", "a/x", "a/b/x", ".a/x", "ax"))
        .containsExactly("x", "a/x", "a/b/x");
    assertThat(matching("a/**", "a/x", "a/b/x", "a/.x", "b/x")).containsExactly("a/x", "a/b/x");
    assertThat(matching("\\*", "*", "a")).containsExactly("*");
    assertThat(matching("?😀*", "a😀b", "😀😀", "ab")).containsExactly("a😀b", "😀😀");
    assertThat(matching("a[\\^&&x]*", "a^1", "a\\1", "a&1", "ab"))
        .containsExactly("a^1", "a\\1", "a&1");
  }

  @Test
  void knowsTheFixedBeginningAndTheDepth() {
    assertThat(Glob.parse("a/b\\*-*.tar").literal()).isEqualTo("a/b*-");
    assertThat(Glob.parse("a/*/c/*").folders()).isEqualTo(2);
    assertThat(Glob.parse("a/**/c").folders()).isEqualTo(Integer.MAX_VALUE);
    assertThat(Glob.parse("a/b").regex()).isEmpty();
  }

  @Test
  void expandsBracesAndWildcardsSortedWithoutDuplicates() throws IOException {
    touch("t-0.tar", "t-1.tar", "t-2.tar", "t-10.tar", "sub/t-3.tar");

    assertThat(expand("{t-2,t-0,t-*,sub/*}.tar"))
        .containsExactly("sub/t-3.tar", "t-0.tar", "t-1.tar", "t-10.tar", "t-2.tar");
    assertThat(expand("file:t-{0..1}.tar")).containsExactly("t-0.tar", "t-1.tar");
    assertThat(expand(folder + "/sub/../t-0.tar")).containsExactly("t-0.tar");
  }

  @Test
  void takesTheBaseFolderAsItIsNamed() throws IOException {
    Path odd = Files.createDirectory(folder.resolve("odd[1]*{x}"));
    Files.createFile(odd.resolve("a.tar"));

    assertThat(ObjectPattern.parse("*.tar", odd).expand(store).collectList().block()).hasSize(1);
    assertThat(ObjectPattern.parse("a.tar", odd).expand(store).collectList().block()).hasSize(1);
  }

  @Test
  void namesTheMissingOneOfABraceRange() throws IOException {
    touch("t-0.tar", "t-2.tar");

    assertThatThrownBy(() -> expand("t-{0..2}.tar"))
        .isInstanceOf(ObjectNotFoundException.class)
        .hasMessageContaining("t-1.tar does not exist")
        .hasMessageContaining("one of the 3 names of t-{0..2}.tar");
  }

  @Test
  void saysHowMuchLiesUnderAPatternThatMatchesNothing() throws IOException {
    touch("t-0.tar", "t-1.tar");

    assertThatThrownBy(() -> expand("t-*.tgz"))
        .isInstanceOf(ObjectNotFoundException.class)
        .hasMessageContaining("no object matches file:" + folder + "/t-*.tgz")
        .hasMessageContaining("of the 2 objects whose names begin with file:" + folder + "/t-");
    assertThatThrownBy(() -> expand("none/*.tar"))
        .isInstanceOf(ObjectNotFoundException.class)
        .hasMessageContaining("there is no folder " + folder + "/none/");
  }

  @Test
  void refusesAWildcardInABucketsName() {
    assertThatThrownBy(() -> ObjectPattern.parse("s3://b*/x", folder))
        .isInstanceOf(TaustreamException.class)
        .hasMessageContaining("wildcard in its bucket");
  }

  private static List<String> matching(String glob, String... names) {
    Glob parsed = Glob.parse(glob);
    return List.of(names).stream().filter(parsed::matches).toList();
  }

  private List<String> expand(String pattern) {
    return ObjectPattern.parse(pattern, folder)
        .expand(store)
        .map(o -> folder.relativize(o.uri().toPath()).toString())
        .collectList()
        .block();
  }

  private void touch(String... names) throws IOException {
    for (String name : names) {
      Files.createDirectories(folder.resolve(name).getParent());
      Files.createFile(folder.resolve(name));
    }
  }
}
