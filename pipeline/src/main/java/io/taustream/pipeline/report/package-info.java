/** What a run leaves for its reader: the metrics log, the list of skipped samples, the report. */
package io.taustream.pipeline.report;
