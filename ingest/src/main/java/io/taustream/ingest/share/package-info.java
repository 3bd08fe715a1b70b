/** The forms in which labels are shared with programs in other languages. */
package io.taustream.ingest.share;
