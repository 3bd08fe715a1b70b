package io.taustream.teacher;

import io.taustream.storage.TaustreamException;
import io.taustream.storage.object.ObjectStore;
import io.taustream.storage.object.ObjectUri;
import io.taustream.storage.object.PreconditionFailedException;
import io.taustream.storage.object.WriteCondition;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The card beside a model, as a file that is written: a comment line, then {@link
 * TeacherCard#toYaml()}, UTF-8. It is written whole or not at all. Thread-safe.
 */
public final class CardFile {
  private final ObjectStore store;
  private final ModelFile model;

  public CardFile(ObjectStore store, ModelFile model) {
    this.store = store;
    this.model = model;
  }

  /** Where it lies. */
  public ObjectUri uri() {
    return model.cardUri();
  }

  /**
   * Writes the card. Blocks.
   *
   * @param comment one line for whoever reads the file
   * @param replace whether a card that is there may be replaced; else it is left as it is
   * @throws TaustreamException if a card is there that may not be replaced
   */
  public void write(TeacherCard card, String comment, boolean replace) {
    String text = "# " + comment + "\n" + card.toYaml();
    try {
      store
          .write(
              uri(),
              ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)),
              replace ? new WriteCondition.Always() : new WriteCondition.IfAbsent())
          .block();
    } catch (PreconditionFailedException e) {
      throw new TaustreamException(
          "there is a card already, %s, and it was left as it is; compare it with the one shown and add --force to replace it, or change it by hand"
              .formatted(uri()),
          e);
    }
  }
}
