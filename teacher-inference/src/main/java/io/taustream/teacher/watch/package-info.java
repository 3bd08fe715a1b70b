/** Watching a folder or prefix for models that appear, change and go. */
package io.taustream.teacher.watch;
