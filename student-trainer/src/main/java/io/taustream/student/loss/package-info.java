/** Distillation losses: one file a loss, each a scalar tensor that gradients flow through. */
package io.taustream.student.loss;
