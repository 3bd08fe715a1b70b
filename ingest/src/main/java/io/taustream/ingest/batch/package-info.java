/** Image batches, the pool of memory that they lie in, and the stage that makes them. */
package io.taustream.ingest.batch;
