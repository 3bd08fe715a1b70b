package io.taustream.pipeline.command;

import io.taustream.storage.object.S3Settings;
import java.net.URI;
import java.util.Optional;
import picocli.CommandLine.Option;

/** How commands without a configuration reach S3. */
final class S3Options {
  @Option(
      names = "--s3-endpoint",
      paramLabel = "URL",
      description = "An S3 server other than AWS; path-style.")
  private URI endpoint;

  @Option(
      names = "--s3-region",
      paramLabel = "REGION",
      description = "The region, if not AWS's own.")
  private String region;

  Optional<S3Settings> settings() {
    if (endpoint == null && region == null) {
      return Optional.empty();
    }
    S3Settings settings = S3Settings.defaults();
    if (endpoint != null) {
      settings = settings.withEndpoint(endpoint, true);
    }
    return Optional.of(region == null ? settings : settings.withRegion(region));
  }
}
