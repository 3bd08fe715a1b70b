package io.taustream.teacher.watch;

import static io.taustream.teacher.watch.ListedStore.info;
import static io.taustream.teacher.watch.ListedStore.uri;
import static org.assertj.core.api.Assertions.assertThat;

import io.taustream.storage.TaustreamException;
import io.taustream.storage.object.ObjectInfo;
import io.taustream.storage.object.ObjectUri;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

class TeacherWatchTest {
  private static final Duration INTERVAL = Duration.ofSeconds(30);
  private static final Duration SHORT = Duration.ofSeconds(1);

  private final ListedStore store = new ListedStore();
  private final Map<ObjectUri, List<ObjectUri>> named = new ConcurrentHashMap<>();
  private final AtomicInteger reads = new AtomicInteger();
  private final TeacherWatch watch =
      new TeacherWatch(
          store,
          new ObjectUri("s3", "bucket", "teachers"),
          INTERVAL,
          model -> {
            reads.incrementAndGet();
            return named.getOrDefault(model, List.of());
          });

  private static Sighting sighting(String model, ObjectInfo... parts) {
    return new Sighting(uri(model), List.of(parts), List.of());
  }

  /** The watch under virtual time, its first poll made. */
  private StepVerifier.Step<Sighting> watching() {
    return StepVerifier.withVirtualTime(watch::sightings).expectSubscription();
  }

  @Test
  void givesAModelThatTwoPollsSawAlike() {
    store.put("a.onnx", "1");
    watching()
        .expectNoEvent(INTERVAL)
        .expectNext(sighting("a.onnx", info("a.onnx", "1")))
        .expectNoEvent(INTERVAL.multipliedBy(10))
        .thenCancel()
        .verify();
    assertThat(reads).hasValue(1);
    assertThat(watch.status()).isEqualTo(new WatchStatus(12, Optional.empty(), Map.of()));
  }

  @Test
  void seesNothingButModelsInItsFolder() {
    store.put("a.yaml", "1");
    store.put("b.bin", "1");
    store.put("folder/c.onnx", "1");
    store.put("d.onnx.part", "1");
    store.put(new ObjectUri("s3", "bucket", "teachers-old/e.onnx"), "1");
    watching()
        .thenAwait(INTERVAL)
        .expectNext(sighting("folder/c.onnx", info("folder/c.onnx", "1")))
        .expectNoEvent(INTERVAL.multipliedBy(3))
        .thenCancel()
        .verify();
  }

  @Test
  void waitsForAModelThatStillGrows() {
    store.put("a.onnx", "1");
    watching()
        .expectNoEvent(SHORT)
        .then(() -> store.put("a.onnx", "12"))
        .expectNoEvent(INTERVAL)
        .then(() -> store.put("a.onnx", "123"))
        .expectNoEvent(INTERVAL)
        .then(
            () -> assertThat(watch.status().waiting().get(uri("a.onnx"))).contains("when it stays"))
        .thenAwait(INTERVAL)
        .expectNext(sighting("a.onnx", info("a.onnx", "123")))
        .thenCancel()
        .verify();
    assertThat(reads).hasValue(1);
  }

  @Test
  void waitsForTheCardAndForExternalDataThatStillGrow() {
    store.put("a.onnx", "1");
    store.put("a.bin", "1");
    named.put(uri("a.onnx"), List.of(uri("a.bin")));
    watching()
        .expectNoEvent(SHORT)
        .then(() -> store.put("a.bin", "12"))
        .expectNoEvent(INTERVAL)
        .then(() -> store.put("a.yaml", "1"))
        .expectNoEvent(INTERVAL)
        .thenAwait(INTERVAL)
        .expectNext(
            sighting("a.onnx", info("a.onnx", "1"), info("a.yaml", "1"), info("a.bin", "12")))
        .thenCancel()
        .verify();
  }

  @Test
  void givesAModelWithoutAFileThatStaysAwayAndAgainWhenItCame() {
    store.put("a.onnx", "1");
    named.put(uri("a.onnx"), List.of(uri("a.bin")));
    watching()
        .expectNoEvent(INTERVAL.multipliedBy(Arrivals.PATIENCE - 1))
        .then(
            () ->
                assertThat(watch.status().waiting())
                    .containsExactly(Map.entry(uri("a.onnx"), uri("a.bin") + " is missing")))
        .thenAwait(INTERVAL)
        .expectNext(
            new Sighting(uri("a.onnx"), List.of(info("a.onnx", "1")), List.of(uri("a.bin"))))
        .expectNoEvent(INTERVAL.multipliedBy(3))
        .then(() -> store.put("a.bin", "1"))
        .expectNoEvent(INTERVAL)
        .thenAwait(INTERVAL)
        .expectNext(sighting("a.onnx", info("a.onnx", "1"), info("a.bin", "1")))
        .thenCancel()
        .verify();
  }

  @Test
  void givesAModelAgainWhenItOrItsCardHasChanged() {
    store.put("a.onnx", "1");
    watching()
        .thenAwait(INTERVAL)
        .expectNext(sighting("a.onnx", info("a.onnx", "1")))
        .then(() -> store.put("a.onnx", "2"))
        .thenAwait(INTERVAL.multipliedBy(2))
        .expectNext(sighting("a.onnx", info("a.onnx", "2")))
        .then(() -> store.put("a.yaml", "1"))
        .thenAwait(INTERVAL.multipliedBy(2))
        .expectNext(sighting("a.onnx", info("a.onnx", "2"), info("a.yaml", "1")))
        .expectNoEvent(INTERVAL.multipliedBy(3))
        .thenCancel()
        .verify();
  }

  @Test
  void forgetsAModelThatGoes() {
    store.put("a.onnx", "1");
    watching()
        .thenAwait(INTERVAL)
        .expectNextCount(1)
        .then(() -> assertThat(watch.lists(uri("a.onnx"))).isTrue())
        .then(() -> store.remove("a.onnx"))
        .expectNoEvent(INTERVAL)
        .then(() -> assertThat(watch.lists(uri("a.onnx"))).isFalse())
        .then(() -> store.put("a.onnx", "1"))
        .expectNoEvent(INTERVAL)
        .thenAwait(INTERVAL)
        .expectNext(sighting("a.onnx", info("a.onnx", "1")))
        .thenCancel()
        .verify();
  }

  @Test
  void outlastsListingsThatFailAndSaysSo() {
    store.put("a.onnx", "1");
    store.fail("the network is down");
    watching()
        .expectNoEvent(INTERVAL.multipliedBy(3))
        .then(
            () -> {
              assertThat(watch.status().fault()).contains("the network is down");
              assertThat(watch.status().polls()).isZero();
              store.mend();
            })
        .expectNoEvent(INTERVAL)
        .then(() -> assertThat(watch.status().fault()).isEmpty())
        .thenAwait(INTERVAL)
        .expectNextCount(1)
        .then(() -> store.fail("the network is down"))
        .expectNoEvent(INTERVAL)
        // What is not listed because nothing is, has not gone.
        .then(() -> assertThat(watch.lists(uri("a.onnx"))).isTrue())
        .then(store::mend)
        .expectNoEvent(INTERVAL.multipliedBy(3))
        .thenCancel()
        .verify();
  }

  @Test
  void triesAgainToReadAModelThatCouldNotBeFetched() {
    AtomicInteger tries = new AtomicInteger();
    TeacherWatch unlucky =
        new TeacherWatch(
            store,
            new ObjectUri("s3", "bucket", "teachers"),
            INTERVAL,
            model -> {
              if (model.equals(uri("a.onnx")) && tries.getAndIncrement() < 2) {
                throw new TaustreamException("cut off");
              }
              return List.of();
            });
    store.put("a.onnx", "1");
    store.put("b.onnx", "1");
    StepVerifier.withVirtualTime(unlucky::sightings)
        .thenAwait(INTERVAL)
        .expectNext(sighting("b.onnx", info("b.onnx", "1")))
        .then(() -> assertThat(unlucky.status().waiting()).containsEntry(uri("a.onnx"), "cut off"))
        .thenAwait(INTERVAL.multipliedBy(2))
        .expectNext(sighting("a.onnx", info("a.onnx", "1")))
        .thenCancel()
        .verify();
  }

  @Test
  void givesAModelAgainThatWasPutOffAndWaitsLongerEachTime() {
    store.put("a.onnx", "1");
    watching()
        .thenAwait(INTERVAL)
        .expectNextCount(1)
        .then(() -> watch.putOff(uri("a.onnx")))
        .expectNoEvent(INTERVAL)
        .thenAwait(INTERVAL)
        .expectNextCount(1)
        .then(() -> watch.putOff(uri("a.onnx")))
        .expectNoEvent(INTERVAL.multipliedBy(3))
        .thenAwait(INTERVAL)
        .expectNextCount(1)
        .expectNoEvent(INTERVAL.multipliedBy(5))
        .thenCancel()
        .verify();
  }

  @Test
  void pollsOnlyForWhoAsks() {
    store.put("a.onnx", "1");
    store.put("b.onnx", "1");
    StepVerifier.withVirtualTime(watch::sightings, 1)
        .thenAwait(INTERVAL)
        .expectNext(sighting("a.onnx", info("a.onnx", "1")))
        .then(() -> store.remove("b.onnx"))
        .expectNoEvent(INTERVAL.multipliedBy(100))
        .then(() -> assertThat(store.listings()).isEqualTo(2))
        .thenRequest(1)
        .expectNext(sighting("b.onnx", info("b.onnx", "1")))
        .thenCancel()
        .verify();
  }

  @Test
  void givesAllModelsToTheNextSubscriber() {
    store.put("a.onnx", "1");
    watching().thenAwait(INTERVAL).expectNextCount(1).thenCancel().verify();
    watching().thenAwait(INTERVAL).expectNextCount(1).thenCancel().verify();
  }

  @Test
  void refusesASecondSubscriberAtATime() {
    watching()
        .then(() -> StepVerifier.create(watch.sightings()).verifyError(IllegalStateException.class))
        .thenCancel()
        .verify();
  }

  @Test
  void stopsPollingWhenItIsCancelled() {
    store.put("a.onnx", "1");
    StepVerifier.withVirtualTime(() -> watch.sightings().take(1).concatWith(Flux.never()))
        .thenAwait(INTERVAL)
        .expectNextCount(1)
        .expectNoEvent(INTERVAL.multipliedBy(3))
        .thenCancel()
        .verify();
    assertThat(store.listings()).isEqualTo(2);
  }
}
