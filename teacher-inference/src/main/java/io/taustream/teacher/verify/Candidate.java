package io.taustream.teacher.verify;

import io.taustream.teacher.TeacherCard;
import io.taustream.teacher.TeacherCard.ChannelOrder;
import io.taustream.teacher.TeacherCard.ElementType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One way to feed the model.
 *
 * @param normalisation what people call it
 * @param card says it
 */
record Candidate(String normalisation, TeacherCard card) {
  private static final String STATED = "the card's";

  /** What networks are usually trained with; colours in the order red, green, blue. */
  private static final List<Normalisation> USUAL =
      List.of(
          new Normalisation(
              "ImageNet's", List.of(0.485, 0.456, 0.406), List.of(0.229, 0.224, 0.225), 255),
          Normalisation.grey("0 to 1", 0, 1, 255),
          Normalisation.grey("-1 to 1", 0.5, 0.5, 255),
          Normalisation.grey("0 to 255", 0, 1, 1),
          new Normalisation(
              "0 to 255 less ImageNet's mean",
              List.of(123.68, 116.779, 103.939),
              List.of(1.0, 1.0, 1.0),
              1),
          new Normalisation(
              "CIFAR's", List.of(0.4914, 0.4822, 0.4465), List.of(0.2470, 0.2435, 0.2616), 255),
          Normalisation.grey("MNIST's", 0.1307, 0.3081, 255));

  private record Normalisation(String name, List<Double> mean, List<Double> deviation, int range) {
    static Normalisation grey(String name, double mean, double deviation, int range) {
      return new Normalisation(
          name, Collections.nCopies(3, mean), Collections.nCopies(3, deviation), range);
    }

    boolean sameNumbers(Normalisation other) {
      return mean.equals(other.mean) && deviation.equals(other.deviation) && range == other.range;
    }
  }

  /**
   * The ways to try with a model: the card's own first, then the usual normalisations, all in both
   * channel orders, none twice. A uint8 model normalises inside: there only the channel order is
   * tried. A grey model has no channel order, and one mean and deviation.
   */
  static List<Candidate> of(TeacherCard stated) {
    Normalisation numbers =
        new Normalisation(
            STATED,
            colours(stated, stated.mean()),
            colours(stated, stated.deviation()),
            stated.range());
    Normalisation own =
        USUAL.stream().filter(usual -> usual.sameNumbers(numbers)).findFirst().orElse(numbers);
    List<Normalisation> normalisations = new ArrayList<>();
    normalisations.add(own);
    if (stated.type() != ElementType.UINT8) {
      normalisations.addAll(USUAL);
    }
    Map<TeacherCard, Candidate> candidates = new LinkedHashMap<>();
    candidates.put(stated, new Candidate(own.name(), stated));
    for (Normalisation normalisation : normalisations) {
      for (ChannelOrder channels : orders(stated)) {
        TeacherCard card = card(stated, normalisation, channels);
        candidates.putIfAbsent(card, new Candidate(normalisation.name(), card));
      }
    }
    return List.copyOf(candidates.values());
  }

  private static TeacherCard card(
      TeacherCard stated, Normalisation normalisation, ChannelOrder channels) {
    return stated.withInput(
        channels,
        ordered(normalisation.mean(), channels),
        ordered(normalisation.deviation(), channels),
        normalisation.range());
  }

  private static List<ChannelOrder> orders(TeacherCard stated) {
    return stated.channels() == ChannelOrder.GREY
        ? List.of(ChannelOrder.GREY)
        : List.of(ChannelOrder.RGB, ChannelOrder.BGR);
  }

  /**
   * From the order red, green, blue to that of the channels, and back. For grey, the mean over the
   * colours.
   */
  private static List<Double> ordered(List<Double> values, ChannelOrder channels) {
    return switch (channels) {
      case RGB -> values;
      case BGR -> List.of(values.get(2), values.get(1), values.get(0));
      case GREY ->
          values.size() == 1
              ? values
              : List.of(values.stream().mapToDouble(v -> v).average().orElseThrow());
    };
  }

  private static List<Double> colours(TeacherCard card, List<Double> values) {
    return ordered(values, card.channels());
  }

  /** Whether the channels have the same order. */
  boolean sameChannels(Candidate other) {
    return card.channels() == other.card.channels();
  }

  /** Whether each colour is normalised in the same way. */
  boolean sameNormalisation(Candidate other) {
    return card.range() == other.card.range()
        && colours(card, card.mean()).equals(colours(other.card, other.card.mean()))
        && colours(card, card.deviation()).equals(colours(other.card, other.card.deviation()));
  }

  /** In how many respects it differs. */
  int changes(Candidate other) {
    return (sameChannels(other) ? 0 : 1) + (sameNormalisation(other) ? 0 : 1);
  }
}
