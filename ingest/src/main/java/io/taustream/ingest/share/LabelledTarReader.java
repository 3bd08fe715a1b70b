package io.taustream.ingest.share;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.taustream.ingest.format.MemberName;
import io.taustream.ingest.format.TarReading;
import io.taustream.storage.TaustreamException;
import io.taustream.storage.label.EncodedRows;
import io.taustream.storage.label.LabelColumn;
import io.taustream.storage.object.ObjectInfo;
import io.taustream.storage.object.ObjectStore;
import io.taustream.storage.sample.SampleView;
import io.taustream.storage.share.RowBlock;
import io.taustream.storage.share.ShareElement;
import io.taustream.storage.share.ShareHeader;
import io.taustream.storage.share.ShareReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Reads labels from a tar, as {@link LabelledTarWriter} or another program wrote it. {@code
 * __taustream__/labels.json} comes first; {@link ShareHeader} says what of it is needed. A sample
 * is a run of files with one key, an image or a class among them; one without {@code
 * KEY.view_seed.npy} has no labels. Holds some samples' arrays, 4 MiB of labels. Blocking; not
 * thread-safe.
 */
final class LabelledTarReader implements ShareReader {
  private static final int BLOCK_BYTES = 4 << 20;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String where;
  private final TarReading tar;
  private final ShareHeader header;

  /** The sample that is being put together. */
  private Labelled current;

  private Set<String> wanted = Set.of();
  private int ordinal;
  private boolean ended;

  private LabelledTarReader(String where, TarReading tar, ShareHeader header) {
    this.where = where;
    this.tar = tar;
    this.header = header;
  }

  /** What a tar holds of one sample. */
  private static final class Labelled {
    private final String key;
    private final Map<String, byte[]> arrays = new HashMap<>();
    private boolean isSample;
    private int ordinal = -1;
    private int label = -1;

    Labelled(String key) {
      this.key = key;
    }

    boolean hasLabels() {
      return isSample && arrays.containsKey(WebDatasetShare.VIEW_SEED);
    }
  }

  /**
   * Opens a tar and reads its metadata.
   *
   * @throws TaustreamException if it is no tar, or says too little of its labels
   */
  static LabelledTarReader open(ObjectInfo file, ObjectStore objects) {
    String where = file.uri().toString();
    TarReading tar = TarReading.open(objects, file);
    try {
      if (!tar.next().filter(WebDatasetShare.METADATA::equals).isPresent()) {
        throw new TaustreamException(
            "%s does not begin with %s, which says what its labels are of; write it as docs/formats.md states"
                .formatted(where, WebDatasetShare.METADATA));
      }
      Map<String, String> metadata = JSON.readValue(tar.content(), new TypeReference<>() {});
      return new LabelledTarReader(where, tar, ShareHeader.of(metadata, where));
    } catch (JsonProcessingException e) {
      close(tar, where);
      throw new TaustreamException(
          "%s: %s is no JSON object of texts: %s"
              .formatted(where, WebDatasetShare.METADATA, e.getOriginalMessage()),
          e);
    } catch (IOException e) {
      close(tar, where);
      throw new TaustreamException("%s cannot be read: %s".formatted(where, e.getMessage()), e);
    } catch (RuntimeException e) {
      close(tar, where);
      throw e;
    }
  }

  @Override
  public ShareHeader header() {
    return header;
  }

  @Override
  public Optional<RowBlock> next(List<LabelColumn> columns) {
    long bytes = (long) header.views() * columns.stream().mapToLong(LabelColumn::rowBytes).sum();
    int most = (int) Math.max(1, BLOCK_BYTES / bytes);
    wanted =
        Stream.concat(Stream.of(WebDatasetShare.VIEW_SEED), columns.stream().map(LabelColumn::name))
            .collect(Collectors.toSet());
    List<Labelled> samples = new ArrayList<>();
    while (samples.size() < most && !ended) {
      nextSample().filter(Labelled::hasLabels).ifPresent(samples::add);
    }
    return samples.isEmpty() ? Optional.empty() : Optional.of(block(samples, columns));
  }

  /** The next run of files with one key; empty at the end. */
  private Optional<Labelled> nextSample() {
    for (Optional<String> name = tar.next(); name.isPresent(); name = tar.next()) {
      Optional<MemberName> member = MemberName.of(name.get());
      if (member.isEmpty()) {
        continue;
      }
      Labelled before = current;
      boolean begins = before == null || !before.key.equals(member.get().key());
      if (begins) {
        current = new Labelled(member.get().key());
      }
      take(member.get());
      if (begins && before != null) {
        return Optional.of(before);
      }
    }
    ended = true;
    return Optional.ofNullable(current);
  }

  private void take(MemberName member) {
    if (member.isOfSample() && !current.isSample) {
      current.isSample = true;
      current.ordinal = ordinal++;
    }
    if (member.isLabel()) {
      String text = new String(tar.content(), StandardCharsets.UTF_8).strip();
      try {
        current.label = Integer.parseInt(text);
      } catch (NumberFormatException e) {
        throw wrong(current.key, "its class is '%s'; an integer is expected".formatted(text), e);
      }
    } else if (member.extension().endsWith(WebDatasetShare.NPY)) {
      String name = member.extension().replaceFirst("\\.npy$", "");
      if (wanted.contains(name)) {
        current.arrays.put(name, tar.content());
      }
    }
  }

  /** View by view, as a label file has them: they are then written in long runs. */
  private RowBlock block(List<Labelled> samples, List<LabelColumn> columns) {
    int views = header.views();
    EncodedRows labels = EncodedRows.allocate(columns, samples.size() * views);
    List<NpyArray> seeds =
        samples.stream()
            .map(sample -> array(sample, WebDatasetShare.VIEW_SEED, List.of(views), false))
            .toList();
    List<SampleView> rows = new ArrayList<>(samples.size() * views);
    for (int view = 0; view < views; view++) {
      for (int i = 0; i < samples.size(); i++) {
        Labelled sample = samples.get(i);
        rows.add(
            new SampleView(
                header.shardName(),
                sample.ordinal,
                sample.key,
                sample.label,
                view,
                seeds.get(i).integer(view)));
      }
    }
    for (int i = 0; i < columns.size(); i++) {
      fill(samples, columns.get(i), labels.column(i));
    }
    return new RowBlock(-1, rows, labels);
  }

  private void fill(List<Labelled> samples, LabelColumn column, ByteBuffer target) {
    ShareElement element = ShareElement.of(column);
    int length = column.length();
    List<Integer> shape = List.of(header.views(), length);
    List<NpyArray> arrays =
        samples.stream()
            .map(sample -> array(sample, column.name(), shape, element.isFloat()))
            .toList();
    for (int view = 0; view < header.views(); view++) {
      for (int i = 0; i < arrays.size(); i++) {
        NpyArray array = arrays.get(i);
        for (int j = view * length; j < (view + 1) * length; j++) {
          if (element.isFloat()) {
            element.put(target, array.number(j));
          } else {
            putInteger(samples.get(i), column, array.integer(j), target);
          }
        }
      }
    }
  }

  private void putInteger(Labelled sample, LabelColumn column, long value, ByteBuffer target) {
    try {
      ShareElement.of(column).put(target, value);
    } catch (NumberFormatException e) {
      throw wrong(sample.key, "'%s' %s".formatted(column.name(), e.getMessage()), e);
    }
  }

  private NpyArray array(Labelled sample, String name, List<Integer> shape, boolean floats) {
    byte[] file = sample.arrays.get(name);
    String member = sample.key + "." + name + WebDatasetShare.NPY;
    if (file == null) {
      throw wrong(
          sample.key, "it has no %s, only %s".formatted(member, sample.arrays.keySet()), null);
    }
    NpyArray array;
    try {
      array = NpyArray.of(file);
    } catch (IllegalArgumentException e) {
      throw wrong(sample.key, "%s cannot be read: %s".formatted(member, e.getMessage()), e);
    }
    if (!array.shape().equals(shape) || array.isFloat() != floats) {
      throw wrong(
          sample.key,
          "%s is %s of '%s'; expected is %s, %s"
              .formatted(
                  member,
                  array.shape(),
                  array.descr(),
                  shape,
                  floats ? "float16 or float32" : "integers"),
          null);
    }
    return array;
  }

  private TaustreamException wrong(String key, String what, Exception cause) {
    return new TaustreamException(
        "%s, sample '%s': %s; write it as docs/formats.md states".formatted(where, key, what),
        cause);
  }

  @Override
  public void close() {
    close(tar, where);
  }

  private static void close(TarReading tar, String where) {
    try {
      tar.close();
    } catch (IOException e) {
      throw new TaustreamException("cannot close %s: %s".formatted(where, e.getMessage()), e);
    }
  }
}
