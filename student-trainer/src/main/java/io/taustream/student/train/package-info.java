/** The training loop: a batch of images and soft labels becomes a step of the student. */
package io.taustream.student.train;
