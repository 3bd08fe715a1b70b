/** Judging a teacher by labelled samples: is it fed and read as it was trained, and how fast? */
package io.taustream.teacher.verify;
