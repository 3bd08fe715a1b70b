/** Judging a teacher by labelled samples: is it fed and read as it was trained? */
package io.taustream.teacher.verify;
