/** Students as ONNX models, with the card that tells how to feed them. */
package io.taustream.student.onnx;
