/**
 * The soft-label store: teacher logits, written once as Arrow files and read in place for years.
 */
package io.taustream.storage.label;
