package io.taustream.storage.object;

import java.util.Optional;
import reactor.core.scheduler.Schedulers;

/** Where object stores come from. */
public final class ObjectStores {
  private ObjectStores() {}

  /**
   * A store for {@code file:} and {@code s3:} objects. The S3 client is made when the first S3
   * object is asked for, and closed with the store. Reads and listings of files, and reads of S3
   * objects, give their elements on {@link Schedulers#boundedElastic()}, never on an I/O thread.
   *
   * @param s3 how to reach S3; empty for the AWS SDK's own chain
   */
  public static ObjectStore open(Optional<S3Settings> s3) {
    S3Settings settings = s3.orElseGet(S3Settings::defaults);
    return new RoutingObjectStore(new FileObjectStore(), () -> S3ObjectStore.open(settings));
  }
}
