/** From a sample's bytes to RGB pixels. */
package io.taustream.ingest.decode;
