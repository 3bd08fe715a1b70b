package io.taustream.teacher;

import java.util.ArrayList;
import java.util.List;

/** What of a card was guessed. Not thread-safe. */
final class Guesses {
  private final List<String> guesses = new ArrayList<>();

  /**
   * Notes a guess and gives back its value.
   *
   * @param text the value as in a card
   */
  <T> T add(String key, T value, String text, String reason) {
    guesses.add(key + ": " + text + " (" + reason + ")");
    return value;
  }

  /** {@code key: value (reason)}, in the order of guessing. */
  List<String> list() {
    return List.copyOf(guesses);
  }
}
