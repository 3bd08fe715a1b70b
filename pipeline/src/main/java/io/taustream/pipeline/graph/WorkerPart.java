package io.taustream.pipeline.graph;

import io.taustream.storage.TaustreamException;
import io.taustream.storage.sample.Shard;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * The part of the labelling that one of several processes does: worker <i>i</i> of <i>n</i>,
 * counted from 1. Immutable.
 *
 * <p>The shards are numbered through, the training data's first and then the test data's, each in
 * the order of their URIs; worker <i>i</i> has those whose number leaves <i>i</i> − 1 when it is
 * divided by <i>n</i>. So the parts follow from configuration, <i>i</i> and <i>n</i> alone, do not
 * overlap, make up all shards, and differ by one shard at most. A hash of the names would keep a
 * shard with its worker when others are added, but would make the parts uneven: of 20 shards among
 * 4 workers the largest part would have more than 7 on average. Nor does it matter whose a shard is
 * once it has labels, since every process passes over it.
 *
 * <p>Workers that see different lists, since shards were added between their starts, may have one
 * in common, which is then labelled twice with the same result, or may leave one out, which the
 * same commands label when they are given again.
 *
 * @param worker this one, from 1 to {@code workers}
 * @param workers how many there are
 */
public record WorkerPart(int worker, int workers) {
  private static final Pattern FORM = Pattern.compile("([0-9]{1,9})/([0-9]{1,9})");

  public WorkerPart {
    if (worker < 1 || worker > workers) {
      throw wrong(worker + "/" + workers);
    }
  }

  /** All of the labelling: the only worker. */
  public static WorkerPart whole() {
    return new WorkerPart(1, 1);
  }

  /**
   * Reads {@code i/n}, as {@link #toString} writes it.
   *
   * @throws TaustreamException if it is of another form, or i is not from 1 to n
   */
  public static WorkerPart parse(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw wrong(text);
    }
    return new WorkerPart(Integer.parseInt(form.group(1)), Integer.parseInt(form.group(2)));
  }

  private static TaustreamException wrong(String found) {
    return new TaustreamException(
        "found %s; allowed are 1/N to N/N, so that the first of four workers is 1/4 and the last 4/4"
            .formatted(found));
  }

  /** Whether there are no other workers. */
  public boolean isWhole() {
    return workers == 1;
  }

  /**
   * This worker's shards, in their order.
   *
   * @param shards of one data set, in the order of their URIs
   * @param before how many shards of other data sets are numbered before these
   */
  List<Shard> own(List<Shard> shards, int before) {
    return IntStream.range(0, shards.size())
        .filter(i -> (before + i) % workers == worker - 1)
        .mapToObj(shards::get)
        .toList();
  }

  @Override
  public String toString() {
    return worker + "/" + workers;
  }
}
