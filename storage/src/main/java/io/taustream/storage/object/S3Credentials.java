package io.taustream.storage.object;

import java.util.Objects;
import java.util.Optional;

/**
 * An S3 access key. Its text form hides the secret.
 *
 * @param sessionToken present for temporary credentials
 */
public record S3Credentials(String accessKey, String secretKey, Optional<String> sessionToken) {
  public S3Credentials {
    Objects.requireNonNull(accessKey, "accessKey");
    Objects.requireNonNull(secretKey, "secretKey");
    Objects.requireNonNull(sessionToken, "sessionToken");
  }

  public S3Credentials(String accessKey, String secretKey) {
    this(accessKey, secretKey, Optional.empty());
  }

  @Override
  public String toString() {
    return "S3Credentials[accessKey=" + accessKey + ", secretKey hidden]";
  }
}
