package io.taustream.pipeline.config;

import io.taustream.storage.label.DenseF16;
import io.taustream.storage.label.DenseF32;
import io.taustream.storage.label.LabelCompression;
import io.taustream.storage.label.LabelEncoding;
import io.taustream.storage.label.Sampled;
import io.taustream.storage.label.TopK;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Section {@code labels}: where teacher logits are kept, and how.
 *
 * @param store a folder or {@code s3://bucket/prefix}; empty (the default): {@code labels} in
 *     {@code work}
 * @param encoding {@code dense-f16} (the default), {@code dense-f32}, {@code top-k} or {@code
 *     sampled}
 * @param k how many logits of a sample {@code top-k} keeps; for no other encoding
 * @param n how many classes of a sample {@code sampled} draws; for no other encoding
 * @param temperature what {@code sampled} draws at, one of {@link #TEMPERATURES} (default 1); for
 *     no other encoding
 * @param compression {@code none} (the default) or {@code zstd}, of what is written
 */
public record LabelsConfig(
    Optional<Location> store,
    String encoding,
    OptionalInt k,
    OptionalInt n,
    OptionalInt temperature,
    String compression) {
  /** The names that {@code encoding} may have. */
  public static final List<String> ENCODINGS =
      List.of("dense-f16", "dense-f32", "top-k", "sampled");

  /** The names that {@code compression} may have. */
  public static final List<String> COMPRESSIONS =
      Arrays.stream(LabelCompression.values()).map(LabelCompression::text).toList();

  /** The temperatures at which the mass that a label leaves out is known exactly. */
  public static final List<Integer> TEMPERATURES = List.of(1, 2, 4, 8);

  static final LabelsConfig DEFAULT =
      new LabelsConfig(
          Optional.empty(),
          "dense-f16",
          OptionalInt.empty(),
          OptionalInt.empty(),
          OptionalInt.empty(),
          LabelCompression.NONE.text());

  private static final int MOST_DRAWS = 65_535;
  private static final int DRAW_TEMPERATURE = 1;

  public LabelsConfig {
    Rules.oneOf("encoding", encoding, ENCODINGS);
    Rules.oneOf("compression", compression, COMPRESSIONS);
    if (k.isPresent()) {
      Rules.atLeast("k", k.getAsInt(), 1);
    }
    if (n.isPresent()) {
      Rules.between("n", n.getAsInt(), 1, MOST_DRAWS);
    }
    if (temperature.isPresent() && !TEMPERATURES.contains(temperature.getAsInt())) {
      throw new InvalidValueException("temperature", temperature.getAsInt(), "one of 1, 2, 4, 8");
    }
    requireFor("top-k", "k", k, encoding);
    requireFor("sampled", "n", n, encoding);
    requireOnlyFor("top-k", "k", k, encoding);
    requireOnlyFor("sampled", "n", n, encoding);
    requireOnlyFor("sampled", "temperature", temperature, encoding);
  }

  private static void requireFor(String owner, String key, OptionalInt value, String encoding) {
    if (encoding.equals(owner) && value.isEmpty()) {
      throw new InvalidValueException(
          "encoding", owner + " without " + key, owner + " only with " + key);
    }
  }

  private static void requireOnlyFor(String owner, String key, OptionalInt value, String encoding) {
    if (!encoding.equals(owner) && value.isPresent()) {
      throw new InvalidValueException(
          key, value.getAsInt() + " with encoding " + encoding, key + " only with " + owner);
    }
  }

  /** The encoding itself. */
  public LabelEncoding labelEncoding() {
    List<Float> temperatures = TEMPERATURES.stream().map(Integer::floatValue).toList();
    return switch (encoding) {
      case "dense-f32" -> new DenseF32();
      case "top-k" -> new TopK(k.getAsInt(), temperatures);
      case "sampled" ->
          new Sampled(n.getAsInt(), temperature.orElse(DRAW_TEMPERATURE), temperatures);
      default -> new DenseF16();
    };
  }

  /** Whether the mean of several teachers follows from their labels: those of all classes. */
  public boolean haveMean() {
    return encoding.startsWith("dense");
  }

  /**
   * Fails where several teachers have no mean, and are to teach by it.
   *
   * @throws InvalidValueException naming the encoding
   */
  void requireServes(EnsembleConfig ensemble, int teachers) {
    if (!haveMean() && teachers > 1 && !ensemble.byView()) {
      throw new InvalidValueException(
          "labels.encoding",
          "%s with %d teachers, each of which has labels of other classes, so that they have no mean"
              .formatted(encoding, teachers),
          encoding + " with one teacher or ensemble.teachers by-view, or dense-f16 or dense-f32,");
    }
  }

  /**
   * Fails where labels of this encoding do not know what a term of the loss needs.
   *
   * @param path of the term in the configuration, such as {@code loss[1]}
   * @throws InvalidValueException naming the term and the encoding
   */
  void requireServes(LossConfig term, String path) {
    if (!encoding.equals("sampled") || !term.needsTeacher()) {
      return;
    }
    if (!(term instanceof KlConfig kl)) {
      throw new InvalidValueException(
          path + ".type",
          term.type() + " with labels.encoding sampled, which does not know what it needs",
          "ce or kl with sampled, or labels.encoding top-k, dense-f16 or dense-f32,");
    }
    if (kl.standardize()) {
      throw new InvalidValueException(
          path + ".standardize",
          "true with labels.encoding sampled, which does not know the mass of standardised logits",
          "false with sampled, or labels.encoding top-k, dense-f16 or dense-f32,");
    }
    boolean stored = TEMPERATURES.stream().anyMatch(t -> t == kl.temperature());
    if (!stored) {
      throw new InvalidValueException(
          path + ".temperature",
          Rules.text(kl.temperature())
              + " with labels.encoding sampled, which does not know the mass there",
          "1, 2, 4 or 8 with sampled, or labels.encoding top-k, dense-f16 or dense-f32,");
    }
  }
}
