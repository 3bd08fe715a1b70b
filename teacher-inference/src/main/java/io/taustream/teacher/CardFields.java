package io.taustream.teacher;

import io.taustream.storage.TaustreamException;
import io.taustream.teacher.TeacherCard.ChannelOrder;
import io.taustream.teacher.TeacherCard.Layout;
import io.taustream.teacher.TeacherCard.OutputKind;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What one source says of a card: see {@link TeacherCard} for the fields.
 *
 * @param source how messages call the source
 * @param mean one number a channel, or one for all
 * @param deviation likewise
 */
record CardFields(
    String source,
    Optional<Integer> size,
    Optional<Layout> layout,
    Optional<ChannelOrder> channels,
    Optional<TeacherCard.ElementType> type,
    Optional<List<Double>> mean,
    Optional<List<Double>> deviation,
    Optional<Integer> range,
    Optional<String> output,
    Optional<OutputKind> outputKind,
    Optional<Integer> classes,
    Optional<StatedClasses> outputClasses,
    Optional<Device> device) {

  /** A source that says nothing. */
  static CardFields none(String source) {
    return new CardFields(
        source,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** These fields and, where one is missing, {@code weaker}'s. */
  CardFields or(CardFields weaker) {
    return new CardFields(
        source,
        first(weaker, CardFields::size),
        first(weaker, CardFields::layout),
        first(weaker, CardFields::channels),
        first(weaker, CardFields::type),
        first(weaker, CardFields::mean),
        first(weaker, CardFields::deviation),
        first(weaker, CardFields::range),
        first(weaker, CardFields::output),
        first(weaker, CardFields::outputKind),
        first(weaker, CardFields::classes),
        first(weaker, CardFields::outputClasses),
        first(weaker, CardFields::device));
  }

  CardFields withChannels(ChannelOrder order) {
    return new CardFields(
        source,
        size,
        layout,
        Optional.of(order),
        type,
        mean,
        deviation,
        range,
        output,
        outputKind,
        classes,
        outputClasses,
        device);
  }

  /** One normalisation for every channel. */
  CardFields withNormalisation(double sharedMean, double sharedDeviation, int divisor) {
    return new CardFields(
        source,
        size,
        layout,
        channels,
        type,
        Optional.of(List.of(sharedMean)),
        Optional.of(List.of(sharedDeviation)),
        Optional.of(divisor),
        output,
        outputKind,
        classes,
        outputClasses,
        device);
  }

  /** What is stated here and what the model has cannot both be. */
  TaustreamException contradiction(ModelFile model, String said, String found) {
    return model.failure(
        "%s says %s, the model has %s; correct %s".formatted(source, said, found, source));
  }

  private <T> Optional<T> first(CardFields weaker, Function<CardFields, Optional<T>> field) {
    return field.apply(this).or(() -> field.apply(weaker));
  }
}
