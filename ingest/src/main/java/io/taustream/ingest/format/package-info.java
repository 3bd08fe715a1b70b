/** Data sets on object stores: their shards, and the samples that each shard holds. */
package io.taustream.ingest.format;
