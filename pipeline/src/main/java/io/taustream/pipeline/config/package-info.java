/** The configuration file: its records, how it is read and what is wrong with it. */
package io.taustream.pipeline.config;
