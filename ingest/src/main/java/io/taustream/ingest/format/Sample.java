package io.taustream.ingest.format;

import io.taustream.storage.sample.Shard;

/**
 * One sample as its shard holds it, not decoded yet.
 *
 * @param shard where it came from
 * @param ordinal its place in the shard, from 0
 * @param key its key, unique in the shard
 * @param label the class, or −1 where there is none
 */
public record Sample(Shard shard, int ordinal, String key, int label, Payload payload) {}
