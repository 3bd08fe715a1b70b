/** Shards to samples to views to batches: formats, decoding, augmentation, order. */
package io.taustream.ingest;
