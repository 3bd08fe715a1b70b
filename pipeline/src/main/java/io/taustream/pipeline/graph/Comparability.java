package io.taustream.pipeline.graph;

import io.taustream.ingest.format.Dataset;
import io.taustream.pipeline.config.ConfigurationException;
import io.taustream.pipeline.config.RunConfig;
import io.taustream.pipeline.report.Comparison;
import io.taustream.pipeline.report.EvaluationRecord;
import io.taustream.storage.TaustreamException;
import io.taustream.storage.object.ObjectStore;
import io.taustream.storage.object.ObjectStores;
import io.taustream.storage.object.ObjectUri;
import io.taustream.storage.sample.Shard;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Whether the results of several configurations can stand in one table. */
final class Comparability {
  private Comparability() {}

  /**
   * Blocking: lists the test data.
   *
   * @throws ConfigurationException if not; the message names both files and what differs
   */
  static void require(List<ComparedConfig> candidates) {
    Map<ObjectUri, ComparedConfig> folders = new HashMap<>();
    for (ComparedConfig candidate : candidates) {
      RunConfig config = candidate.config();
      if (config.data().test().isEmpty()) {
        throw new ConfigurationException(
            candidate.file() + ": data.test is missing; configurations are compared on test data");
      }
      ComparedConfig other = folders.putIfAbsent(config.folder(), candidate);
      if (other != null) {
        throw new ConfigurationException(
            "%s and %s have the same run, %s, and the same work, %s, so they would share their folders; give one of them another run"
                .formatted(other.file(), candidate.file(), config.run(), config.work()));
      }
    }
    requireSameTest(candidates);
  }

  private static void requireSameTest(List<ComparedConfig> candidates) {
    ComparedConfig first = candidates.get(0);
    List<String> expected = test(first.config());
    for (ComparedConfig other : candidates.subList(1, candidates.size())) {
      requireEqual(
          first,
          other,
          "data.classes",
          first.config().data().classes(),
          other.config().data().classes());
      List<String> names = other.config().data().classNames();
      if (!names.isEmpty() && !first.config().data().classNames().isEmpty()) {
        requireEqual(first, other, "data.class-names", first.config().data().classNames(), names);
      }
      List<String> found = test(other.config());
      if (!found.equals(expected)) {
        throw differ(first, other, "data.test", describe(expected), describe(found));
      }
    }
  }

  /**
   * Students that were evaluated on so many and on so many samples cannot be compared: the shards
   * have other content than before, or more samples of them were skipped.
   *
   * @throws TaustreamException if there are such; the message names two of them
   */
  static void requireSameSamples(Comparison comparison) {
    Evaluated first = null;
    for (Comparison.Candidate candidate : comparison.candidates()) {
      for (Comparison.SeedRun run : candidate.runs()) {
        Optional<EvaluationRecord> result = run.result();
        if (result.isEmpty()) {
          continue;
        }
        Evaluated now = new Evaluated(candidate, run, result.get().samples());
        if (first != null && first.samples() != now.samples()) {
          throw new TaustreamException(
              "%s and %s cannot be compared: the test data has changed, or what of it can be read; remove the folder of the one that was trained on other data, and give the same command again"
                  .formatted(first, now));
        }
        first = now;
      }
    }
  }

  private record Evaluated(Comparison.Candidate candidate, Comparison.SeedRun run, long samples) {
    @Override
    public String toString() {
      return "%s, seed %d, evaluated on %,d test samples (%s),"
          .formatted(candidate.run(), run.seed(), samples, run.folder());
    }
  }

  private static void requireEqual(
      ComparedConfig first, ComparedConfig other, String key, Object expected, Object found) {
    if (!expected.equals(found)) {
      throw differ(first, other, key, expected, found);
    }
  }

  private static ConfigurationException differ(
      ComparedConfig first, ComparedConfig other, String key, Object expected, Object found) {
    return new ConfigurationException(
        "%s and %s cannot be compared: %s is %s in the one and %s in the other; only the same test data can be compared on"
            .formatted(first.file(), other.file(), key, expected, found));
  }

  /** The shards that a configuration's patterns stand for. */
  private static List<String> test(RunConfig config) {
    try (ObjectStore objects = ObjectStores.open(config.storage().s3Settings())) {
      Dataset test = DataSources.open(config.data(), objects).test().orElseThrow();
      List<String> shards = new ArrayList<>();
      for (Shard shard : test.shards()) {
        shards.add(shard.uri().toString());
      }
      return shards;
    }
  }

  private static String describe(List<String> shards) {
    return shards.size() == 1
        ? shards.get(0)
        : "%d shards from %s to %s"
            .formatted(shards.size(), shards.get(0), shards.get(shards.size() - 1));
  }
}
