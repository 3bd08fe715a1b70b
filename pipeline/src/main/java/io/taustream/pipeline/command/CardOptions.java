package io.taustream.pipeline.command;

import io.taustream.teacher.CardFile;
import io.taustream.teacher.TeacherCard;
import picocli.CommandLine.Option;

/** Whether a card is written beside the model. */
final class CardOptions {
  @Option(
      names = "--write-card",
      description = "Write the card beside the model. One that is there is left as it is.")
  private boolean write;

  @Option(names = "--force", description = "With --write-card: replace a card that is there.")
  private boolean force;

  boolean write() {
    return write;
  }

  /**
   * Writes the card.
   *
   * @param comment one line for whoever reads it
   * @throws io.taustream.storage.TaustreamException if a card is there that may not be replaced
   */
  void write(CardFile file, TeacherCard card, String comment) {
    file.write(card, comment, force);
  }
}
