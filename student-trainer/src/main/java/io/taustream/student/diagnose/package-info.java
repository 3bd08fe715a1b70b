/** What the loss terms do to a student, looked at from outside: gradients by rank, drift. */
package io.taustream.student.diagnose;
