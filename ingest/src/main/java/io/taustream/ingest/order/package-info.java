/** The order in which an epoch sees its shards and samples: a pure function of seed and epoch. */
package io.taustream.ingest.order;
