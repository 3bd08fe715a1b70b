package io.taustream.pipeline.report;

import io.taustream.pipeline.report.EvaluationRecord.Role;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Several configurations, each trained with the same seeds, as far as they have come. The first one
 * is what the others are measured against.
 *
 * @param seeds every seed that is asked for, in order
 * @param candidates the configurations, in order
 */
public record Comparison(List<Long> seeds, List<Candidate> candidates) {
  public Comparison {
    seeds = List.copyOf(seeds);
    candidates = List.copyOf(candidates);
  }

  /** Whether a run ended with an error. */
  public boolean failed() {
    return candidates.stream()
        .flatMap(candidate -> candidate.runs().stream())
        .anyMatch(run -> run.failure().isPresent());
  }

  /** How good the teachers are: one a name, the mean of several counting as one. */
  public List<EvaluationRecord> teachers() {
    Map<String, EvaluationRecord> teachers = new LinkedHashMap<>();
    candidates.stream()
        .flatMap(candidate -> candidate.runs().stream())
        .flatMap(run -> run.report().evaluation(Role.TEACHER).stream())
        .forEach(teacher -> teachers.putIfAbsent(teacher.model(), teacher));
    return List.copyOf(teachers.values());
  }

  /**
   * One configuration.
   *
   * @param run the configuration's name
   * @param file where it was read from
   * @param recipe the configuration in one line, without the seed
   * @param configuration its text
   * @param runs its runs, one a seed, as far as they were begun
   */
  public record Candidate(
      String run, String file, String recipe, String configuration, List<SeedRun> runs) {
    public Candidate {
      runs = List.copyOf(runs);
    }

    /** The student's evaluation after the last epoch, by seed; only of runs that are done. */
    public Map<Long, EvaluationRecord> results() {
      Map<Long, EvaluationRecord> results = new LinkedHashMap<>();
      runs.forEach(run -> run.result().ifPresent(found -> results.put(run.seed(), found)));
      return results;
    }

    /** One number of {@link #results}, by seed. */
    public Map<Long, Double> results(Measure measure) {
      Map<Long, Double> numbers = new LinkedHashMap<>();
      results().forEach((seed, found) -> numbers.put(seed, measure.of(found)));
      return numbers;
    }

    /** Mean and deviation over the seeds. */
    public SampleStatistics statistics(Measure measure) {
      return SampleStatistics.of(results(measure).values());
    }

    /** Mean and deviation of the differences to another configuration, seed by seed. */
    public SampleStatistics differences(Candidate base, Measure measure) {
      return SampleStatistics.ofDifferences(results(measure), base.results(measure));
    }

    /** The largest number over the seeds; NaN where there is none. */
    public double largest(Measure measure) {
      return results(measure).values().stream()
          .filter(number -> Double.isFinite(number))
          .max(Double::compare)
          .orElse(Double.NaN);
    }

    /** Images per second of each stage, the mean over the runs. */
    public Map<String, Double> imagesPerSecond() {
      Map<String, Double> sums = new LinkedHashMap<>();
      Map<String, Integer> counts = new LinkedHashMap<>();
      for (SeedRun run : runs) {
        run.report()
            .imagesPerSecond()
            .forEach(
                (stage, rate) -> {
                  sums.merge(stage, rate, Double::sum);
                  counts.merge(stage, 1, Integer::sum);
                });
      }
      sums.replaceAll((stage, sum) -> sum / counts.get(stage));
      return sums;
    }
  }

  /**
   * One configuration with one seed.
   *
   * @param folder where its results lie
   * @param report what it has left there
   * @param failure why it failed, in one line
   */
  public record SeedRun(long seed, String folder, RunReport report, Optional<String> failure) {
    /** Whether all epochs are done. */
    public boolean done() {
      return report.state() == RunReport.State.DONE;
    }

    /** The student after the last epoch; empty where the run is not done. */
    public Optional<EvaluationRecord> result() {
      return done() ? report.evaluation(Role.STUDENT) : Optional.empty();
    }
  }
}
