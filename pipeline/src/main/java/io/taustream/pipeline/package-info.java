/** What a user runs: configuration, command line, the graph, reports. */
package io.taustream.pipeline;
