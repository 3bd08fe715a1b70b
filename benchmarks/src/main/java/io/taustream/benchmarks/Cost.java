package io.taustream.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/**
 * What one round took, in seconds.
 *
 * @param wall by the clock
 * @param processor of all threads of this process, those of native libraries, the garbage collector
 *     and the compiler included
 * @param busy by the clock, in which the library that is measured was at work
 */
record Cost(double wall, double processor, double busy) {
  /** Runs one round. */
  static Cost of(Contender contender) throws Exception {
    OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    // So that nobody pays for the garbage of the round before.
    System.gc();
    long processor = system.getProcessCpuTime();
    long wall = System.nanoTime();
    double busy = contender.round();
    return new Cost(
        (System.nanoTime() - wall) / 1e9, (system.getProcessCpuTime() - processor) / 1e9, busy);
  }
}
