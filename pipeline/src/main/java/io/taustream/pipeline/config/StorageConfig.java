package io.taustream.pipeline.config;

import io.taustream.storage.object.S3Settings;
import java.net.URI;
import java.util.Optional;

/**
 * Section {@code storage}.
 *
 * @param s3 how S3 is reached; empty (the default): as the AWS SDK's own chain says
 */
public record StorageConfig(Optional<S3> s3) {
  static final StorageConfig DEFAULT = new StorageConfig(Optional.empty());

  /**
   * Section {@code storage.s3}. Keys are never written here: they come from the AWS SDK's chain
   * ({@code AWS_ACCESS_KEY_ID} and so on, or {@code ~/.aws}).
   *
   * @param endpoint another server than AWS, {@code http://} or {@code https://} with host and port
   * @param pathStyle {@code endpoint/bucket/key} instead of {@code bucket.endpoint/key} (default
   *     false)
   * @param region where the chain names none
   */
  public record S3(Optional<URI> endpoint, boolean pathStyle, Optional<String> region) {
    public S3 {
      endpoint.ifPresent(S3::requireServer);
      region.ifPresent(name -> Rules.notBlank("region", name));
    }

    private static void requireServer(URI endpoint) {
      String scheme = endpoint.getScheme();
      if (endpoint.getHost() == null || !("http".equals(scheme) || "https".equals(scheme))) {
        throw new InvalidValueException(
            "endpoint", Rules.quoted(endpoint.toString()), "a URL such as http://127.0.0.1:9000");
      }
    }
  }

  /** What the object store is opened with; empty where the file says nothing. */
  public Optional<S3Settings> s3Settings() {
    return s3.map(
        section -> {
          S3Settings settings = S3Settings.defaults();
          if (section.endpoint().isPresent()) {
            settings = settings.withEndpoint(section.endpoint().get(), section.pathStyle());
          }
          return section.region().map(settings::withRegion).orElse(settings);
        });
  }
}
