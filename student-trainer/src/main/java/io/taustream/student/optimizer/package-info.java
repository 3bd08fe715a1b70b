/** How gradients become parameter updates: optimisers, learning-rate schedules. */
package io.taustream.student.optimizer;
