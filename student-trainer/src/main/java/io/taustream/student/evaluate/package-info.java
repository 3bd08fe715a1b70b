/** Metrics of logits, streamed over batches: accuracy, calibration, agreement with the teacher. */
package io.taustream.student.evaluate;
