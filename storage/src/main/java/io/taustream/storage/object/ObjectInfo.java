package io.taustream.storage.object;

/**
 * What a store says of one object without opening it.
 *
 * @param size in bytes
 * @param version the ETag on S3, the modification time in nanoseconds on a file system: it changes
 *     when the object's content does
 */
public record ObjectInfo(ObjectUri uri, long size, String version) {}
