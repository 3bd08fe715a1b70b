/** Object stores over {@code file:} and {@code s3:}: listings, ranged reads, conditional writes. */
package io.taustream.storage.object;
