package io.taustream.teacher;

import io.taustream.storage.TaustreamException;
import io.taustream.storage.sample.SampleView;
import io.taustream.teacher.TeacherCard.ElementType;
import io.taustream.teacher.TeacherCard.OutputKind;
import java.nio.FloatBuffer;
import java.util.List;

/**
 * Turns what a model wrote into finite logits, in place, or says which sample has none.
 *
 * <p>Probabilities become their natural logarithm, which equals the logits up to a constant per
 * row. A probability of 0 has underflowed: it counts as the smallest positive number of the
 * output's type, 2⁻¹⁴⁹ for float32 (logarithm −103.3), 2⁻²⁴ for float16 (−16.6) and 2⁻¹³³ for
 * bfloat16 (−92.2).
 */
final class LogitRows {
  /** Above 1 by no more than rounding. */
  private static final float LARGEST_PROBABILITY = 1.01f;

  private final ModelFile model;
  private final TeacherCard card;
  private final float floor;

  /**
   * @param type what the model writes
   */
  LogitRows(ModelFile model, TeacherCard card, ElementType type) {
    this.model = model;
    this.card = card;
    this.floor =
        switch (type) {
          case FLOAT16 -> 0x1p-24f;
          case BFLOAT16 -> 0x1p-133f;
          case FLOAT32, UINT8 -> Float.MIN_VALUE;
        };
  }

  /**
   * @param values {@code rows.size() × classes}
   * @throws TaustreamException if a value is not finite, or no probability where the card says so
   */
  void finish(FloatBuffer values, List<SampleView> rows) {
    boolean probabilities = card.outputKind() == OutputKind.PROBABILITIES;
    int length = rows.size() * card.classes();
    for (int i = 0; i < length; i++) {
      float value = values.get(i);
      if (!Float.isFinite(value)) {
        throw failure(
            i,
            value,
            rows,
            "a finite number; check the card's type, mean, deviation and range, then the model");
      }
      if (probabilities) {
        if (value < 0 || value > LARGEST_PROBABILITY) {
          throw failure(
              i, value, rows, "a probability from 0 to 1; set output-kind: logits in the card");
        }
        values.put(i, (float) Math.log(Math.max(value, floor)));
      }
    }
  }

  private TaustreamException failure(
      int index, float value, List<SampleView> rows, String expected) {
    SampleView row = rows.get(index / card.classes());
    return model.failure(
        "output %s for class %d of sample '%s' (shard %s, view %d) is %s; expected %s"
            .formatted(
                card.output(),
                index % card.classes(),
                row.key(),
                row.shard(),
                row.view(),
                value,
                expected));
  }
}
