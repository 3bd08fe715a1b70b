/** Strict YAML documents, every error of which names the file, the line and the key. */
package io.taustream.storage.document;
