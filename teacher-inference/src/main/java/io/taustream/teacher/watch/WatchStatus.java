package io.taustream.teacher.watch;

import io.taustream.storage.object.ObjectUri;
import java.util.Map;
import java.util.Optional;

/**
 * How a watch fares.
 *
 * @param polls listings that have succeeded
 * @param fault why the latest listing failed, in one line; empty where it succeeded or there was
 *     none yet
 * @param waiting models that were listed and not handed on yet, each with what is waited for
 */
public record WatchStatus(long polls, Optional<String> fault, Map<ObjectUri, String> waiting) {
  public WatchStatus {
    waiting = Map.copyOf(waiting);
  }
}
