package io.taustream.storage.object;

import io.taustream.storage.TaustreamException;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Says in one line what a failed S3 request means for the user. */
final class S3Faults {
  private final String server;
  private final S3Settings settings;

  S3Faults(S3Settings settings) {
    this.settings = settings;
    this.server = settings.endpoint().map(uri -> "S3 at " + uri).orElse("AWS S3");
  }

  /**
   * @param verb what was tried: {@code read}, {@code write}, {@code list} or {@code delete}
   * @param uri what it was tried on
   */
  TaustreamException explain(String verb, ObjectUri uri, Throwable fault) {
    Throwable cause = unwrap(fault);
    if (cause instanceof TaustreamException known) {
      return known;
    }
    if (cause instanceof S3Exception refused) {
      return refused(verb, uri, refused);
    }
    String message = String.valueOf(cause.getMessage());
    if (message.contains("Unable to load credentials")) {
      return new TaustreamException(
          "cannot "
              + verb
              + " "
              + uri
              + ": no S3 credentials were found in the environment, ~/.aws or instance metadata;"
              + " set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE",
          cause);
    }
    String tries = settings.retries() == 0 ? "" : " (tried " + (settings.retries() + 1) + " times)";
    if (cause instanceof ApiCallAttemptTimeoutException
        || cause instanceof ApiCallTimeoutException
        || cause instanceof TimeoutException) {
      return new TaustreamException(
          server + " did not answer in " + seconds() + " s to " + verb + " " + uri + tries, cause);
    }
    return new TaustreamException(
        "cannot "
            + verb
            + " "
            + uri
            + ": "
            + server
            + " cannot be reached: "
            + oneLine(root(cause))
            + tries
            + "; check that it runs and that storage.s3.endpoint is right",
        cause);
  }

  private TaustreamException refused(String verb, ObjectUri uri, S3Exception fault) {
    String code = fault instanceof NoSuchBucketException ? "NoSuchBucket" : code(fault);
    return switch (code) {
      case "NoSuchBucket" ->
          new ObjectNotFoundException(
              "the bucket " + uri.bucket() + " does not exist (" + server + "); check its name",
              fault);
      case "InvalidAccessKeyId" ->
          new TaustreamException(
              server + " does not know the access key; check AWS_ACCESS_KEY_ID or AWS_PROFILE",
              fault);
      case "SignatureDoesNotMatch" ->
          new TaustreamException(
              server
                  + " refused the signature: the secret key is wrong; check AWS_SECRET_ACCESS_KEY",
              fault);
      case "ExpiredToken", "InvalidToken" ->
          new TaustreamException(
              server + " refused the session token (" + code + "); log in again", fault);
      case "PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraint" ->
          wrongRegion(uri, fault);
      default -> byStatus(verb, uri, fault);
    };
  }

  private TaustreamException byStatus(String verb, ObjectUri uri, S3Exception fault) {
    int status = fault.statusCode();
    String answer = code(fault).isEmpty() ? "status " + status : status + " " + code(fault);
    return switch (status) {
      case 301, 307 -> wrongRegion(uri, fault);
      case 401, 403 ->
          new TaustreamException(
              "no permission to %s %s (%s: %s); check the credentials and the bucket's policy"
                  .formatted(verb, uri, server, answer),
              fault);
      case 404 ->
          new ObjectNotFoundException(
              uri + " does not exist (" + server + "); check the name", fault);
      case 409, 412 ->
          new PreconditionFailedException(
              uri + " exists already or was changed by another process; nothing was written",
              fault);
      default ->
          new TaustreamException(
              "%s did not %s %s: %s%s".formatted(server, verb, uri, answer, details(fault)), fault);
    };
  }

  private TaustreamException wrongRegion(ObjectUri uri, S3Exception fault) {
    String hint =
        Optional.ofNullable(fault.awsErrorDetails())
            .map(AwsErrorDetails::sdkHttpResponse)
            .flatMap(response -> response.firstMatchingHeader("x-amz-bucket-region"))
            .map(region -> "set storage.s3.region: " + region)
            .orElse("set storage.s3.region to the bucket's region");
    return new TaustreamException(
        "the bucket " + uri.bucket() + " lies in another region; " + hint, fault);
  }

  private static String details(S3Exception fault) {
    if (fault.statusCode() >= 500) {
      return ", also when asked again; try later";
    }
    return Optional.ofNullable(fault.awsErrorDetails())
        .map(AwsErrorDetails::errorMessage)
        .map(message -> ": " + message.strip().replaceAll("\\s+", " "))
        .orElse("");
  }

  /** The error code of the response's body; empty where there was none, as with HEAD. */
  static String code(S3Exception fault) {
    return Optional.ofNullable(fault.awsErrorDetails()).map(AwsErrorDetails::errorCode).orElse("");
  }

  static Throwable unwrap(Throwable fault) {
    return fault instanceof CompletionException && fault.getCause() != null
        ? fault.getCause()
        : fault;
  }

  private static Throwable root(Throwable fault) {
    Throwable root = fault;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    return root;
  }

  private static String oneLine(Throwable fault) {
    return String.valueOf(fault.getMessage()).strip().replaceAll("\\s+", " ");
  }

  private String seconds() {
    return Long.toString(Math.max(1, settings.idleTimeout().toSeconds()));
  }
}
