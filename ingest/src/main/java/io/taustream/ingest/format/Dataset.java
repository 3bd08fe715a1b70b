package io.taustream.ingest.format;

import io.taustream.storage.TaustreamException;
import io.taustream.storage.object.ObjectStore;
import io.taustream.storage.object.ObjectUri;
import io.taustream.storage.sample.Shard;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import reactor.core.publisher.Mono;

/**
 * A data set as it was found: its shards in their versions of that moment. Immutable; thread-safe.
 * The object store stays the caller's and must be open while shards are read.
 */
public final class Dataset {
  private final ObjectStore store;
  private final Map<Shard, ShardSource> sources;

  private Dataset(ObjectStore store, Map<Shard, ShardSource> sources) {
    this.store = store;
    this.sources = sources;
  }

  /**
   * Finds the shards; opens none of them. The error is a {@link TaustreamException} where the
   * format is unknown or cannot be told, a pattern stands for nothing, or two shards have one name.
   */
  public static Mono<Dataset> open(ObjectStore store, DatasetSpec spec) {
    return Mono.defer(() -> format(spec).find(store, spec))
        .map(found -> new Dataset(store, index(found)));
  }

  /** The shards, sorted by URI, each with a name of its own. */
  public List<Shard> shards() {
    return List.copyOf(sources.keySet());
  }

  /**
   * A reading of one of {@link #shards()}; nothing is read before its samples are subscribed to.
   */
  public ShardReading read(Shard shard) {
    ShardSource source = sources.get(shard);
    if (source == null) {
      throw new IllegalArgumentException(shard.uri() + " is no shard of this data set");
    }
    return new ShardReading(store, source);
  }

  private static Map<Shard, ShardSource> index(List<ShardSource> found) {
    Map<Shard, ShardSource> sources = new LinkedHashMap<>();
    Map<String, ObjectUri> names = new HashMap<>();
    found.stream()
        .sorted(Comparator.comparing(source -> source.shard().uri()))
        .forEach(
            source -> {
              Shard shard = source.shard();
              ObjectUri other = names.putIfAbsent(shard.name(), shard.uri());
              if (other != null) {
                throw new TaustreamException(
                    "the shards "
                        + other
                        + " and "
                        + shard.uri()
                        + " have the same file name; stored labels are named after it, so rename"
                        + " one of them");
              }
              sources.put(shard, source);
            });
    return sources;
  }

  private static Format format(DatasetSpec spec) {
    return spec.format().map(Dataset::named).orElseGet(() -> infer(spec.patterns()));
  }

  private static Format named(String name) {
    return Format.ALL.stream()
        .filter(format -> format.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new TaustreamException(
                    "the data format '" + name + "' is unknown; use one of " + formatNames()));
  }

  private static Format infer(List<String> patterns) {
    Format first = infer(patterns.get(0));
    for (String pattern : patterns) {
      Format other = infer(pattern);
      if (other != first) {
        throw new TaustreamException(
            patterns.get(0)
                + " looks like "
                + first.name()
                + ", "
                + pattern
                + " like "
                + other.name()
                + "; a data set has one format: state it as one of "
                + formatNames());
      }
    }
    return first;
  }

  private static Format infer(String pattern) {
    String path = pattern.endsWith("/") ? pattern.substring(0, pattern.length() - 1) : pattern;
    String fileName = path.substring(path.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
    Optional<Format> format =
        Format.ALL.stream().filter(candidate -> candidate.claims(fileName)).findFirst();
    return format.orElseThrow(
        () ->
            new TaustreamException(
                "the format of "
                    + pattern
                    + " cannot be told from its name; state it as one of "
                    + formatNames()));
  }

  private static String formatNames() {
    return Format.ALL.stream().map(Format::name).collect(Collectors.joining(", "));
  }
}
