/** ONNX teachers: sessions, cards, and the stage from image batches to soft labels. */
package io.taustream.teacher;
