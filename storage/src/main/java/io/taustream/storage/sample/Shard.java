package io.taustream.storage.sample;

import io.taustream.storage.object.ObjectUri;

/**
 * One shard of a data set, in one version: the unit that is ordered, labelled and committed.
 *
 * @param name the shard's file name, unique in its data set: the label file is named after it
 * @param uri where it lies
 * @param size in bytes
 * @param version ETag or modification time: labels made from another version are stale
 */
public record Shard(String name, ObjectUri uri, long size, String version) {}
