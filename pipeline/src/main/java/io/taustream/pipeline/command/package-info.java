/** The command line: one class a command, and how results, progress and failures are told. */
package io.taustream.pipeline.command;
