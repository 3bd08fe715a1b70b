package io.taustream.storage.sample;

/**
 * Which view of which sample a row of a batch holds. Images and soft labels carry the same rows, so
 * a label can never be joined to pixels that the teacher did not see.
 *
 * @param shard the name of the shard that the sample came from
 * @param ordinal the sample's place in its shard, from 0, counting samples that could not be
 *     decoded
 * @param key the sample's key
 * @param label the class, or −1 where there is none
 * @param view the view's number, from 0
 * @param viewSeed the seed from which the view's random numbers follow
 */
public record SampleView(
    String shard, int ordinal, String key, int label, int view, long viewSeed) {}
