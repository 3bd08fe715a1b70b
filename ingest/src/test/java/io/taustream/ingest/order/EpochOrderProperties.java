package io.taustream.ingest.order;

import static org.assertj.core.api.Assertions.assertThat;

import io.taustream.ingest.format.Payload;
import io.taustream.ingest.format.Sample;
import io.taustream.storage.object.ObjectUri;
import io.taustream.storage.sample.Shard;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

/** What holds of every order, whatever its seed, epoch, window and number of samples. */
class EpochOrderProperties {
  private static final Shard SHARD = shard(0);

  @Property(tries = 60)
  void givesEveryShardOnce(
      @ForAll long seed, @ForAll @IntRange(max = 50) int count, @ForAll @IntRange int epoch) {
    List<Shard> shards = shards(count);
    EpochOrder order = new EpochOrder(seed, 1);
    assertThat(order.shards(shards, epoch)).containsExactlyInAnyOrderElementsOf(shards);
    assertThat(order.shards(shards, epoch)).isEqualTo(order.shards(shards, epoch));
  }

  @Property(tries = 60)
  void givesEverySampleOnce(
      @ForAll long seed,
      @ForAll @IntRange(max = 200) int count,
      @ForAll @IntRange(min = 1, max = 300) int window) {
    assertThat(shuffled(new EpochOrder(seed, window), count, 3))
        .containsExactlyInAnyOrderElementsOf(IntStream.range(0, count).boxed().toList());
  }

  @Property(tries = 60)
  void givesTheSameOrderWhateverIsRequestedWhen(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 40) int window,
      @ForAll @Size(min = 1, max = 8) List<@IntRange(min = 1, max = 20) Integer> requests) {
    EpochOrder order = new EpochOrder(seed, window);
    int count = requests.stream().mapToInt(Integer::intValue).sum();
    List<Integer> expected = shuffled(order, count, 1);
    StepVerifier.Step<Integer> steps =
        StepVerifier.create(ordinals(order.shuffle(samples(count), 1)), 0).expectSubscription();
    int at = 0;
    for (int request : requests) {
      steps = steps.thenRequest(request);
      for (int i = 0; i < request; i++) {
        steps = steps.expectNext(expected.get(at++));
      }
    }
    steps.expectComplete().verify(Duration.ofSeconds(10));
  }

  @Property(tries = 20)
  void givesTheSameOrderOnOtherThreads(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 40) int window) {
    EpochOrder order = new EpochOrder(seed, window);
    Flux<Sample> elsewhere = samples(100).publishOn(Schedulers.parallel(), 7);
    assertThat(
            ordinals(order.shuffle(elsewhere, 4))
                .publishOn(Schedulers.parallel(), 3)
                .collectList()
                .block())
        .isEqualTo(shuffled(order, 100, 4));
  }

  @Property(tries = 30)
  void givesEachEpochAnotherOrder(@ForAll long seed, @ForAll @IntRange(max = 1000) int epoch) {
    EpochOrder order = new EpochOrder(seed, 30);
    assertThat(shuffled(order, 60, epoch)).isNotEqualTo(shuffled(order, 60, epoch + 1));
    assertThat(order.shards(shards(30), epoch)).isNotEqualTo(order.shards(shards(30), epoch + 1));
  }

  @Property(tries = 40)
  void resumesWithTheRestOfTheOrder(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 50) int window,
      @ForAll @IntRange(max = 120) int position) {
    EpochOrder order = new EpochOrder(seed, window);
    List<Integer> whole = shuffled(order, 120, 2);
    assertThat(ordinals(order.shuffle(samples(120), 2).skip(position)).collectList().block())
        .isEqualTo(whole.subList(position, 120));
  }

  @Property(tries = 30)
  void neverGivesASampleBeforeTheWindowCanHoldIt(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 50) int window) {
    List<Integer> order = shuffled(new EpochOrder(seed, window), 150, 0);
    for (int i = 0; i < order.size(); i++) {
      assertThat(order.get(i)).isLessThan(i + window);
    }
  }

  private static List<Integer> shuffled(EpochOrder order, int count, int epoch) {
    return ordinals(order.shuffle(samples(count), epoch)).collectList().block();
  }

  private static Flux<Integer> ordinals(Flux<Sample> samples) {
    return samples.map(Sample::ordinal);
  }

  private static Flux<Sample> samples(int count) {
    Payload payload = new Payload.Encoded(new byte[0]);
    return Flux.range(0, count).map(i -> new Sample(SHARD, i, "k" + i, 0, payload));
  }

  private static List<Shard> shards(int count) {
    return IntStream.range(0, count).mapToObj(EpochOrderProperties::shard).toList();
  }

  private static Shard shard(int number) {
    String name = "s" + number + ".tar";
    return new Shard(name, new ObjectUri("s3", "b", name), 1, "v");
  }
}
