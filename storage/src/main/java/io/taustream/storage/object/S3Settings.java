package io.taustream.storage.object;

import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * How to reach S3. What is empty is taken from the AWS SDK's own chain: environment, {@code
 * ~/.aws}, instance metadata.
 *
 * @param endpoint another server than AWS, such as {@code http://127.0.0.1:9000}
 * @param pathStyle {@code endpoint/bucket/key} instead of {@code bucket.endpoint/key}
 * @param region where neither this nor the chain names one: {@code us-east-1} with an {@code
 *     endpoint} of one's own, an error without
 * @param connectTimeout for a connection to come up
 * @param idleTimeout for an answer, and for the next bytes of a body that are waited for
 * @param retries attempts after the first, for passing faults only
 * @param maxConnections at once, for all requests of a store
 */
public record S3Settings(
    Optional<URI> endpoint,
    boolean pathStyle,
    Optional<String> region,
    Optional<S3Credentials> credentials,
    Duration connectTimeout,
    Duration idleTimeout,
    int retries,
    int maxConnections) {
  public S3Settings {
    Objects.requireNonNull(endpoint, "endpoint");
    Objects.requireNonNull(region, "region");
    Objects.requireNonNull(credentials, "credentials");
    requirePositive(connectTimeout, "connectTimeout");
    requirePositive(idleTimeout, "idleTimeout");
    if (retries < 0) {
      throw new IllegalArgumentException("retries: " + retries + " is below 0");
    }
    if (maxConnections < 1) {
      throw new IllegalArgumentException("maxConnections: " + maxConnections + " is below 1");
    }
  }

  /** AWS as its SDK finds it: 10 s to connect, 20 s of silence, 8 retries, 64 connections. */
  public static S3Settings defaults() {
    return new S3Settings(
        Optional.empty(),
        false,
        Optional.empty(),
        Optional.empty(),
        Duration.ofSeconds(10),
        Duration.ofSeconds(20),
        8,
        64);
  }

  /** These settings for another server. */
  public S3Settings withEndpoint(URI newEndpoint, boolean newPathStyle) {
    return new S3Settings(
        Optional.of(newEndpoint),
        newPathStyle,
        region,
        credentials,
        connectTimeout,
        idleTimeout,
        retries,
        maxConnections);
  }

  /** These settings for another region. */
  public S3Settings withRegion(String newRegion) {
    return new S3Settings(
        endpoint,
        pathStyle,
        Optional.of(newRegion),
        credentials,
        connectTimeout,
        idleTimeout,
        retries,
        maxConnections);
  }

  /** These settings with a key of their own instead of the chain's. */
  public S3Settings withCredentials(S3Credentials newCredentials) {
    return new S3Settings(
        endpoint,
        pathStyle,
        region,
        Optional.of(newCredentials),
        connectTimeout,
        idleTimeout,
        retries,
        maxConnections);
  }

  /** These settings with other times to wait. */
  public S3Settings withTimeouts(Duration newConnectTimeout, Duration newIdleTimeout) {
    return new S3Settings(
        endpoint,
        pathStyle,
        region,
        credentials,
        newConnectTimeout,
        newIdleTimeout,
        retries,
        maxConnections);
  }

  /** These settings with another number of attempts after the first. */
  public S3Settings withRetries(int newRetries) {
    return new S3Settings(
        endpoint,
        pathStyle,
        region,
        credentials,
        connectTimeout,
        idleTimeout,
        newRetries,
        maxConnections);
  }

  private static void requirePositive(Duration value, String name) {
    if (value.isNegative() || value.isZero()) {
      throw new IllegalArgumentException(name + ": " + value + " is not above 0");
    }
  }
}
