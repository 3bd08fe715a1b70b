package io.taustream.student.model;

import io.taustream.storage.TaustreamException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * A TorchScript file in memory: a ZIP archive whose members under {@code <root>/code/} are the
 * module's classes as Python text. Immutable.
 *
 * <p>Each class lists its tensors in two lines, {@code __parameters__ = ["weight", ]} and, below
 * it, {@code __buffers__ = ["running_mean", ]}. DJL reaches a module's parameters and has no call
 * for its buffers, though training changes these too and a checkpoint must hold them. So a module
 * is loaded with its buffers listed as parameters. They need no gradient, as the file says of every
 * tensor by itself, and to the classes' methods both are attributes alike. What libtorch writes of
 * such a module gets its buffers back.
 */
final class TorchScriptArchive {
  private static final Pattern CODE = Pattern.compile("[^/]+/(code/.+\\.py)");
  private static final Pattern CLASS = Pattern.compile("(?m)^class (.+)\\(Module\\):$");
  private static final Pattern TENSORS =
      Pattern.compile("(?m)^  __parameters__ = \\[(.*)]\n  __buffers__ = \\[(.*)]$");
  private static final Pattern PARAMETERS = Pattern.compile("(?m)^  __parameters__ = ");
  private static final Pattern NAME = Pattern.compile("\"[^\"]+\"");

  private final Map<String, Member> members;

  /**
   * @param method as in {@link ZipEntry}
   */
  private record Member(int method, ByteBuffer content) {}

  /**
   * A class of the module's code.
   *
   * @param file below the archive's root
   */
  private record ClassName(String file, String name) {}

  private record Tensors(List<String> parameters, List<String> buffers) {}

  private TorchScriptArchive(Map<String, Member> members) {
    this.members = members;
  }

  /**
   * Reads a file's bytes.
   *
   * @param name what errors call the file
   * @throws TaustreamException if they are no TorchScript
   */
  static TorchScriptArchive of(String name, byte[] file) {
    try {
      TorchScriptArchive archive = new TorchScriptArchive(unzip(file));
      if (archive.members.keySet().stream().noneMatch(member -> CODE.matcher(member).matches())) {
        throw new TaustreamException(
            "Student module %s has no code: only tensors, as torch.save writes them, or another kind of archive; write it with torch.jit.script(module).save(…)"
                .formatted(name));
      }
      archive.requireBuffersListed(name);
      return archive;
    } catch (ZipException e) {
      throw new TaustreamException(
          "Student module %s is no TorchScript file (%s); write it with torch.jit.script(module).save(…)"
              .formatted(name, e.getMessage()),
          e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void requireBuffersListed(String name) {
    members.forEach(
        (path, member) -> {
          String text = new String(member.content().array(), StandardCharsets.UTF_8);
          if (CODE.matcher(path).matches()
              && PARAMETERS.matcher(text).results().count()
                  != TENSORS.matcher(text).results().count()) {
            throw new TaustreamException(
                "Student module %s does not say in %s which tensors are buffers: an old PyTorch wrote it; load it with a newer one and write it again"
                    .formatted(name, path));
          }
        });
  }

  /** The file in which all buffers are listed as parameters. */
  byte[] withoutBuffers() {
    return rewritten(
        (type, tensors) ->
            new Tensors(
                Stream.concat(tensors.parameters().stream(), tensors.buffers().stream()).toList(),
                List.of()));
  }

  /**
   * The file in which those are listed as buffers that are such in the archive that it came from.
   *
   * @param origin the archive whose {@link #withoutBuffers()} was loaded and written again as this
   */
  byte[] withBuffersOf(TorchScriptArchive origin) {
    Map<ClassName, Set<String>> buffers = new HashMap<>();
    origin.rewritten(
        (type, tensors) -> {
          buffers.put(type, new HashSet<>(tensors.buffers()));
          return tensors;
        });
    return rewritten(
        (type, tensors) -> {
          Map<Boolean, List<String>> split =
              tensors.parameters().stream()
                  .collect(
                      Collectors.partitioningBy(
                          name -> buffers.getOrDefault(type, Set.of()).contains(name)));
          return new Tensors(split.get(false), split.get(true));
        });
  }

  private byte[] rewritten(BiFunction<ClassName, Tensors, Tensors> change) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, Member> member : members.entrySet()) {
        Matcher code = CODE.matcher(member.getKey());
        byte[] content = member.getValue().content().array();
        if (code.matches()) {
          content = rewritten(code.group(1), content, change);
        }
        ZipEntry entry = new ZipEntry(member.getKey());
        entry.setMethod(member.getValue().method());
        if (entry.getMethod() == ZipEntry.STORED) {
          CRC32 crc = new CRC32();
          crc.update(content);
          entry.setSize(content.length);
          entry.setCrc(crc.getValue());
        }
        // The same bytes whenever they are written.
        entry.setTime(0);
        zip.putNextEntry(entry);
        zip.write(content);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static byte[] rewritten(
      String file, byte[] code, BiFunction<ClassName, Tensors, Tensors> change) {
    String text = new String(code, StandardCharsets.UTF_8);
    StringBuilder changed = new StringBuilder();
    Matcher found = TENSORS.matcher(text);
    while (found.find()) {
      ClassName type = new ClassName(file, className(text.substring(0, found.start())));
      Tensors tensors =
          change.apply(type, new Tensors(names(found.group(1)), names(found.group(2))));
      found.appendReplacement(
          changed,
          Matcher.quoteReplacement(
              "  __parameters__ = [%s]\n  __buffers__ = [%s]"
                  .formatted(list(tensors.parameters()), list(tensors.buffers()))));
    }
    return found.appendTail(changed).toString().getBytes(StandardCharsets.UTF_8);
  }

  private static String className(String textBefore) {
    return CLASS.matcher(textBefore).results().reduce((one, next) -> next).orElseThrow().group(1);
  }

  /** The quoted names of a list. */
  private static List<String> names(String list) {
    return NAME.matcher(list).results().map(MatchResult::group).toList();
  }

  private static String list(List<String> names) {
    return names.stream().map(name -> name + ", ").collect(Collectors.joining());
  }

  private static Map<String, Member> unzip(byte[] file) throws IOException {
    // libtorch stores members with their lengths behind them, which ZipInputStream cannot read.
    Path copy = Files.createTempFile("taustream", ".pt");
    try {
      Files.write(copy, file);
      Map<String, Member> members = new LinkedHashMap<>();
      try (ZipFile zip = new ZipFile(copy.toFile())) {
        for (ZipEntry entry : Collections.list(zip.entries())) {
          try (InputStream content = zip.getInputStream(entry)) {
            members.put(
                entry.getName(),
                new Member(entry.getMethod(), ByteBuffer.wrap(content.readAllBytes())));
          }
        }
      }
      return members;
    } finally {
      Files.delete(copy);
    }
  }
}
