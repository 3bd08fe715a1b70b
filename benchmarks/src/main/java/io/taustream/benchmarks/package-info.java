/** What Taustream's stages cost beside bare loops over the same libraries, as ratios. */
package io.taustream.benchmarks;
