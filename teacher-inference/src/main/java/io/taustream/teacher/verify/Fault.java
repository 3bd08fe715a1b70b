package io.taustream.teacher.verify;

/**
 * Something that makes a teacher's labels wrong.
 *
 * @param kind what is wrong
 * @param found what was found, with its evidence; one line
 * @param remedy what to do; one line
 */
public record Fault(Kind kind, String found, String remedy) {
  /** What can be wrong with a teacher. */
  public enum Kind {
    /** The model has more outputs than the data has classes, and no class map. */
    CLASS_COUNT,
    /** The outputs stand for the data's classes in another order. */
    CLASS_ORDER,
    /** The colours come in the wrong order. */
    CHANNELS,
    /** Pixels are scaled otherwise than in the teacher's training. */
    NORMALISATION,
    /** The output is probabilities where the card says logits, or the reverse. */
    OUTPUT_KIND,
    /** Some outputs are infinite or no number. */
    NOT_FINITE
  }
}
