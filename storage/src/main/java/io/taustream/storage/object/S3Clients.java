package io.taustream.storage.object;

import io.taustream.storage.TaustreamException;
import java.time.Duration;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.crt.AwsCrtAsyncHttpClient;
import software.amazon.awssdk.http.crt.ConnectionHealthConfiguration;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.AwsProfileRegionProvider;
import software.amazon.awssdk.regions.providers.AwsRegionProvider;
import software.amazon.awssdk.regions.providers.AwsRegionProviderChain;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;
import software.amazon.awssdk.regions.providers.SystemSettingsRegionProvider;
import software.amazon.awssdk.retries.StandardRetryStrategy;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3AsyncClientBuilder;

/** Makes the AWS SDK's client from our settings. */
final class S3Clients {
  /** The first wait before a retry lies between nothing and this; it doubles each time. */
  static final Duration FIRST_BACKOFF = Duration.ofMillis(100);

  /** No wait before a retry is longer. */
  static final Duration LAST_BACKOFF = Duration.ofSeconds(20);

  /** What one connection receives ahead of demand, in bytes. */
  private static final long WINDOW = 1 << 20;

  private S3Clients() {}

  /**
   * A client that retries passing faults (5xx, throttling, timeouts, broken connections) with
   * jittered, growing waits, and closes its HTTP client with itself.
   */
  static S3AsyncClient open(S3Settings settings) {
    S3AsyncClientBuilder builder =
        S3AsyncClient.builder()
            // The netty client loses the 412 of a refused conditional write.
            .httpClientBuilder(http(settings))
            .region(region(settings))
            .credentialsProvider(credentials(settings))
            .forcePathStyle(settings.pathStyle())
            // S3-compatible servers send, and understand, no checksums of AWS's newer kinds.
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .overrideConfiguration(
                c ->
                    c.retryStrategy(retries(settings))
                        .apiCallAttemptTimeout(settings.idleTimeout()));
    settings.endpoint().ifPresent(builder::endpointOverride);
    return builder.build();
  }

  private static AwsCrtAsyncHttpClient.Builder http(S3Settings settings) {
    return AwsCrtAsyncHttpClient.builder()
        .maxConcurrency(settings.maxConnections())
        .readBufferSizeInBytes(WINDOW)
        .connectionTimeout(settings.connectTimeout())
        // Connections are held by readers that take their time: to wait for one is no fault.
        .connectionAcquisitionTimeout(Duration.ofHours(1))
        // Likewise a connection without traffic may just be held back; DemandTimeout knows better.
        .connectionHealthConfiguration(
            ConnectionHealthConfiguration.builder()
                .minimumThroughputInBps(1L)
                .minimumThroughputTimeout(Duration.ofDays(1))
                .build());
  }

  private static StandardRetryStrategy retries(S3Settings settings) {
    return AwsRetryStrategy.standardRetryStrategy().toBuilder()
        .maxAttempts(settings.retries() + 1)
        .circuitBreakerEnabled(false)
        .backoffStrategy(BackoffStrategy.exponentialDelay(FIRST_BACKOFF, LAST_BACKOFF))
        .throttlingBackoffStrategy(
            BackoffStrategy.exponentialDelay(FIRST_BACKOFF.multipliedBy(5), LAST_BACKOFF))
        .build();
  }

  private static AwsCredentialsProvider credentials(S3Settings settings) {
    return settings
        .credentials()
        .<AwsCredentialsProvider>map(key -> StaticCredentialsProvider.create(credentials(key)))
        .orElseGet(() -> DefaultCredentialsProvider.builder().build());
  }

  private static AwsCredentials credentials(S3Credentials key) {
    return key.sessionToken()
        .<AwsCredentials>map(
            token -> AwsSessionCredentials.create(key.accessKey(), key.secretKey(), token))
        .orElseGet(() -> AwsBasicCredentials.create(key.accessKey(), key.secretKey()));
  }

  private static Region region(S3Settings settings) {
    if (settings.region().isPresent()) {
      return Region.of(settings.region().get());
    }
    boolean ownServer = settings.endpoint().isPresent();
    try {
      // An own server is no reason to wait for the metadata service of a cloud.
      AwsRegionProvider chain =
          ownServer
              ? new AwsRegionProviderChain(
                  new SystemSettingsRegionProvider(), new AwsProfileRegionProvider())
              : new DefaultAwsRegionProviderChain();
      return chain.getRegion();
    } catch (SdkClientException e) {
      if (ownServer) {
        return Region.US_EAST_1;
      }
      throw new TaustreamException(
          "S3 needs a region and none was found; set storage.s3.region or AWS_REGION", e);
    }
  }
}
