/** Student models, distillation losses, the training loop, evaluation, checkpoints, ONNX export. */
package io.taustream.student;
