package io.taustream.storage.object;

import io.taustream.storage.TaustreamException;
import java.io.EOFException;
import java.nio.ByteBuffer;
import java.util.OptionalLong;
import org.reactivestreams.Subscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.util.retry.Retry;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.core.async.ResponsePublisher;
import software.amazon.awssdk.core.async.SdkPublisher;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Reads one object, or a range of it, whole in spite of broken connections: the next request asks
 * for what is missing, of the version (ETag) that the first answer had. So versions never mix; an
 * object that changes or goes while it is read is an error. The number of retries counts anew
 * whenever bytes arrive. A connection that the server closed while nobody asked for bytes may be
 * found dead only by the idle timeout; the read goes on then.
 */
final class S3Read {
  private static final Logger LOG = LoggerFactory.getLogger(S3Read.class);

  private final S3AsyncClient client;
  private final S3Settings settings;
  private final S3Faults faults;
  private final ObjectUri uri;
  private final long offset;
  private final OptionalLong length;

  /**
   * @param length empty for all from {@code offset}
   */
  S3Read(
      S3AsyncClient client,
      S3Settings settings,
      S3Faults faults,
      ObjectUri uri,
      long offset,
      OptionalLong length) {
    this.client = client;
    this.settings = settings;
    this.faults = faults;
    this.uri = uri;
    this.offset = offset;
    this.length = length;
  }

  /**
   * The bytes. Demand reaches the connection, whose window closes when nobody asks; cancelling ends
   * the request. Elements come on {@link Schedulers#boundedElastic()}, one held ahead.
   */
  Flux<ByteBuffer> bytes() {
    return Flux.defer(
            () -> {
              Cursor cursor = new Cursor();
              return Flux.defer(() -> request(cursor))
                  .retryWhen(
                      Retry.backoff(settings.retries(), S3Clients.FIRST_BACKOFF)
                          .maxBackoff(S3Clients.LAST_BACKOFF)
                          .jitter(0.5)
                          .transientErrors(true)
                          .filter(fault -> !(fault instanceof TaustreamException))
                          .doBeforeRetry(
                              signal ->
                                  LOG.warn(
                                      "reading {} broke at byte {} ({}); reading on",
                                      uri,
                                      cursor.position,
                                      signal.failure().toString()))
                          .onRetryExhaustedThrow((spec, signal) -> signal.failure()));
            })
        .onErrorMap(fault -> faults.explain("read", uri, fault))
        .publishOn(Schedulers.boundedElastic(), 1);
  }

  private Flux<ByteBuffer> request(Cursor cursor) {
    if (cursor.isDone()) {
      return Flux.empty();
    }
    return Mono.fromFuture(
            () ->
                client.getObject(
                    cursor.next(), AsyncResponseTransformer.<GetObjectResponse>toPublisher()))
        .doOnDiscard(ResponsePublisher.class, S3Read::release)
        // The client has retried by now: unlike a broken body, this is final.
        .onErrorMap(cursor::explain)
        .flatMapMany(response -> body(response, cursor))
        .doOnNext(buffer -> cursor.position += buffer.remaining())
        .concatWith(Mono.defer(cursor::end));
  }

  private Flux<ByteBuffer> body(ResponsePublisher<GetObjectResponse> response, Cursor cursor) {
    try {
      cursor.opened(response.response());
    } catch (TaustreamException e) {
      release(response);
      throw e;
    }
    return DemandTimeout.of(Flux.from(response), settings.idleTimeout());
  }

  /** An answer that nobody wants still holds its connection. */
  private static void release(SdkPublisher<?> response) {
    response.subscribe(
        new BaseSubscriber<Object>() {
          @Override
          protected void hookOnSubscribe(Subscription subscription) {
            subscription.cancel();
          }
        });
  }

  /** How far one subscription has come. Its requests follow each other. */
  private final class Cursor {
    private long position = offset;
    private long end = length.isPresent() ? offset + length.getAsLong() : -1;
    private String etag;

    boolean isDone() {
      return position == end;
    }

    GetObjectRequest next() {
      GetObjectRequest.Builder request =
          GetObjectRequest.builder().bucket(uri.bucket()).key(S3ObjectStore.key(uri)).ifMatch(etag);
      if (position > 0 || length.isPresent()) {
        request.range("bytes=" + position + "-" + (length.isPresent() ? end - 1 : ""));
      }
      return request.build();
    }

    void opened(GetObjectResponse response) {
      if (response.contentLength() == null) {
        throw new TaustreamException(
            "the server of " + uri + " did not say its length; a Content-Length is expected");
      }
      etag = response.eTag();
      long answered = position + response.contentLength();
      String range = response.contentRange();
      if (range == null ? position > 0 : !range.startsWith("bytes " + position + "-")) {
        throw new TaustreamException(
            "the server of " + uri + " gave other bytes than asked for: it knows no ranges");
      }
      if (length.isPresent() && range != null && answered < end) {
        throw ByteRanges.tooShort(uri, end, answered);
      }
      if (end < 0) {
        end = answered;
      }
    }

    Mono<ByteBuffer> end() {
      return isDone()
          ? Mono.empty()
          : Mono.error(new EOFException("the body ended at byte " + position + " of " + end));
    }

    TaustreamException explain(Throwable fault) {
      if (S3Faults.unwrap(fault) instanceof S3Exception refused) {
        if (refused.statusCode() == 416) {
          return new TaustreamException(
              uri
                  + " ends before byte "
                  + position
                  + ", which was asked for; it may have been"
                  + " replaced or cut short",
              refused);
        }
        if (etag != null && (refused.statusCode() == 412 || refused.statusCode() == 404)) {
          return new TaustreamException(
              uri + " was changed or removed while it was read; run again", refused);
        }
      }
      return faults.explain("read", uri, fault);
    }
  }
}
