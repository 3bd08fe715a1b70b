package io.taustream.ingest.order;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;

class ShuffleWindowTest {
  private static final int WINDOW = 4;

  @Test
  void takesAWindowAheadOfTheDemandAndNoMore() {
    List<Integer> taken = new ArrayList<>();
    StepVerifier.create(window(Flux.range(0, 100).doOnNext(taken::add)), 0)
        .expectSubscription()
        .then(() -> assertThat(taken).isEmpty())
        .thenRequest(1)
        .expectNextCount(1)
        .then(() -> assertThat(taken).hasSize(WINDOW))
        .thenRequest(5)
        .expectNextCount(5)
        .then(() -> assertThat(taken).hasSize(WINDOW + 5))
        .thenCancel()
        .verify();
  }

  @Test
  void passesAnErrorOnAtOnceAndDiscardsWhatItHolds() {
    TestPublisher<Integer> source = TestPublisher.create();
    StepVerifier.create(window(source.flux()))
        .then(() -> source.next(0, 1, 2, 3, 4))
        .expectNextCount(2)
        .then(() -> source.error(new IllegalStateException("broken")))
        .expectErrorMessage("broken")
        .verifyThenAssertThat()
        .hasDiscardedElementsMatching(discarded -> discarded.size() == WINDOW - 1);
  }

  @Test
  void passesACancelOnAndDiscardsWhatItHolds() {
    TestPublisher<Integer> source = TestPublisher.create();
    StepVerifier.create(window(source.flux()))
        .then(() -> source.next(0, 1, 2, 3))
        .expectNextCount(1)
        .thenCancel()
        .verifyThenAssertThat()
        .hasDiscardedElementsMatching(discarded -> discarded.size() == WINDOW - 1);
    source.assertCancelled();
  }

  @Test
  void discardsNothingThatItGives() {
    StepVerifier.create(window(Flux.range(0, 50)))
        .expectNextCount(50)
        .expectComplete()
        .verifyThenAssertThat()
        .hasNotDiscardedElements();
  }

  @Test
  void discardsWhatIsLeftWhereACancelMeetsTheDrain() {
    StepVerifier.create(window(Flux.range(0, 3)), 1)
        .expectNextCount(1)
        .thenCancel()
        .verifyThenAssertThat()
        .hasDiscardedElementsMatching(discarded -> discarded.size() == 2);
  }

  @Test
  void givesEachSubscriberAWindowOfItsOwn() {
    Flux<Integer> shuffled = window(Flux.range(0, 40));
    List<Integer> first = shuffled.collectList().block();
    assertThat(shuffled.collectList().block()).isEqualTo(first);
    assertThat(first).isNotEqualTo(IntStream.range(0, 40).boxed().toList());
  }

  @Test
  void keepsTheOrderWithAWindowOfOne() {
    Flux<Integer> same =
        ShuffleWindow.over(Flux.range(0, 9), 1, () -> new Draws(1, 0, Draws.Purpose.SAMPLES));
    assertThat(same.collectList().block()).isSorted().hasSize(9);
  }

  private static Flux<Integer> window(Flux<Integer> source) {
    return ShuffleWindow.over(source, WINDOW, () -> new Draws(7, 0, Draws.Purpose.SAMPLES));
  }
}
