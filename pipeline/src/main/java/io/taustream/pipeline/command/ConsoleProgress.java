package io.taustream.pipeline.command;

import io.taustream.pipeline.graph.Progress;
import java.time.Duration;
import java.util.Locale;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Progress on standard error: a bar with rate and time left on a terminal, else a line in the log
 * now and then.
 */
final class ConsoleProgress implements Progress {
  private static final Logger LOG = LoggerFactory.getLogger(ConsoleProgress.class);
  private static final Duration LOG_INTERVAL = Duration.ofSeconds(15);

  private final boolean terminal;

  private ConsoleProgress(boolean terminal) {
    this.terminal = terminal;
  }

  @SuppressWarnings("SystemConsoleNull") // from Java 22 on, the bar is drawn where a log would do
  static ConsoleProgress create() {
    return new ConsoleProgress(System.console() != null);
  }

  @Override
  public Task begin(String what, long images) {
    return terminal ? new Bar(what, images) : new LogLines(what, images);
  }

  private static final class Bar implements Task {
    private final ProgressBar bar;

    Bar(String what, long images) {
      bar =
          new ProgressBarBuilder()
              .setTaskName(what)
              .setInitialMax(images)
              .setUnit(" img", 1)
              .showSpeed()
              .setUpdateIntervalMillis(200)
              .setStyle(ProgressBarStyle.ASCII)
              .setConsumer(new ConsoleProgressBarConsumer(System.err))
              .build();
    }

    @Override
    public void advance(long images) {
      bar.stepBy(images);
    }

    @Override
    public void close() {
      bar.close();
    }
  }

  private static final class LogLines implements Task {
    private final String what;
    private final long images;
    private final long begun = System.nanoTime();
    private long logged = begun;
    private long done;

    LogLines(String what, long images) {
      this.what = what;
      this.images = images;
    }

    @Override
    public synchronized void advance(long more) {
      done += more;
      long now = System.nanoTime();
      if (now - logged >= LOG_INTERVAL.toNanos()) {
        logged = now;
        double rate = done * 1e9 / (now - begun);
        LOG.info(
            String.format(
                Locale.ROOT,
                "%s: %,d of %,d images, %,.0f a second, %,.0f s left",
                what,
                done,
                images,
                rate,
                Math.max(0, images - done) / rate));
      }
    }

    @Override
    public synchronized void close() {
      double seconds = (System.nanoTime() - begun) / 1e9;
      LOG.info(
          String.format(
              Locale.ROOT,
              "%s: %,d images in %,.1f s, %,.0f a second",
              what,
              done,
              seconds,
              done / seconds));
    }
  }
}
