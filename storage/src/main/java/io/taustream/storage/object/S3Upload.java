package io.taustream.storage.object;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Writes one object: with one PUT, or in parts where it is large. The condition is checked by S3
 * itself, at the PUT or when the parts are put together. Parts of a write that fails or is
 * cancelled are removed; those of a process that was killed stay until the bucket's lifecycle rule
 * takes them.
 *
 * <p>Each write carries an id of its own in the object's metadata. By that a write whose answer got
 * lost is known for done when it is refused the second time.
 */
final class S3Upload {
  /** How objects are cut: S3 takes 10,000 parts of 5 MiB to 5 GiB. */
  record Cut(long threshold, long partSize) {
    static final Cut DEFAULT = new Cut(64L << 20, 16L << 20);
    private static final int MOST_PARTS = 10_000;

    long partSizeFor(long size) {
      return Math.max(partSize, (size + MOST_PARTS - 1) / MOST_PARTS);
    }
  }

  private static final String WRITE_ID = "taustream-write";
  private static final int PARTS_AT_ONCE = 4;

  private static final int ABORTS = 4;
  private static final Duration ABORT_PAUSE = Duration.ofMillis(500);

  /** Bytes a second below which an upload counts as stuck. */
  private static final long SLOWEST = 32 * 1024;

  private final S3AsyncClient client;
  private final S3Settings settings;
  private final Cut cut;
  private final ObjectUri uri;
  private final String key;
  private final UploadSource source;
  private final WriteCondition condition;
  private final String writeId = UUID.randomUUID().toString();

  S3Upload(
      S3AsyncClient client,
      S3Settings settings,
      Cut cut,
      ObjectUri uri,
      UploadSource source,
      WriteCondition condition) {
    this.client = client;
    this.settings = settings;
    this.cut = cut;
    this.uri = uri;
    this.key = S3ObjectStore.key(uri);
    this.source = source;
    this.condition = condition;
  }

  /** Writes; errors are the client's own. Subscribe on a thread that may block for a moment. */
  Mono<ObjectInfo> run() {
    return Mono.fromCallable(source::size)
        .flatMap(size -> size > cut.threshold() ? inParts(size) : whole(size))
        .retryWhen(
            Retry.backoff(settings.retries(), S3Clients.FIRST_BACKOFF)
                .maxBackoff(S3Clients.LAST_BACKOFF)
                .jitter(0.5)
                .filter(S3Upload::isConflict)
                .onRetryExhaustedThrow((spec, signal) -> signal.failure()));
  }

  private Mono<ObjectInfo> whole(long size) {
    return call(() ->
            client.putObject(
                put ->
                    put.bucket(uri.bucket())
                        .key(key)
                        .ifNoneMatch(ifNoneMatch())
                        .ifMatch(ifMatch())
                        .metadata(Map.of(WRITE_ID, writeId))
                        .overrideConfiguration(patience(size)),
                source.part(0, size)))
        .map(answer -> info(size, answer.eTag()))
        .onErrorResume(this::mayBeDone, fault -> doneBefore(size, fault));
  }

  private Mono<ObjectInfo> inParts(long size) {
    return refuseEarly()
        .then(
            Mono.usingWhen(
                begin(),
                upload ->
                    parts(upload, size)
                        .collectList()
                        .flatMap(parts -> complete(upload, parts, size)),
                upload -> Mono.empty(),
                (upload, fault) -> abort(upload),
                this::abort));
  }

  /** When cancelled before the answer, the upload that it names is given up when it comes. */
  private Mono<String> begin() {
    return Mono.fromFuture(
            () ->
                client.createMultipartUpload(
                    create ->
                        create.bucket(uri.bucket()).key(key).metadata(Map.of(WRITE_ID, writeId))),
            true)
        .doOnDiscard(
            CreateMultipartUploadResponse.class, answer -> abort(answer.uploadId()).subscribe())
        .map(CreateMultipartUploadResponse::uploadId);
  }

  /** Saves sending all the parts where the condition fails already; S3 decides at the end. */
  private Mono<Void> refuseEarly() {
    if (condition instanceof WriteCondition.Always) {
      return Mono.empty();
    }
    return head()
        .map(found -> Optional.of(found.eTag()))
        .defaultIfEmpty(Optional.empty())
        .flatMap(
            found ->
                found.equals(Optional.ofNullable(ifMatch()))
                    ? Mono.empty()
                    : Mono.error(
                        new PreconditionFailedException(
                            uri
                                + found.map(etag -> " has version " + etag).orElse(" is missing")
                                + "; it was to be written only "
                                + (ifMatch() == null
                                    ? "where nothing is"
                                    : "over version " + ifMatch()))));
  }

  /** After a failure no further part is begun, and those under way are let finish. */
  private Flux<CompletedPart> parts(String upload, long size) {
    long partSize = cut.partSizeFor(size);
    int count = Math.toIntExact((size + partSize - 1) / partSize);
    AtomicBoolean failed = new AtomicBoolean();
    return Flux.range(0, count)
        .takeWhile(i -> !failed.get())
        .flatMapSequentialDelayError(
            i ->
                part(upload, i + 1, i * partSize, Math.min(partSize, size - i * partSize))
                    .doOnError(fault -> failed.set(true)),
            PARTS_AT_ONCE,
            1)
        .onErrorMap(fault -> Exceptions.unwrapMultiple(fault).get(0));
  }

  private Mono<CompletedPart> part(String upload, int number, long offset, long length) {
    return call(() ->
            client.uploadPart(
                part ->
                    part.bucket(uri.bucket())
                        .key(key)
                        .uploadId(upload)
                        .partNumber(number)
                        .overrideConfiguration(patience(length)),
                source.part(offset, length)))
        .map(answer -> CompletedPart.builder().partNumber(number).eTag(answer.eTag()).build());
  }

  private Mono<ObjectInfo> complete(String upload, List<CompletedPart> parts, long size) {
    return call(() ->
            client.completeMultipartUpload(
                complete ->
                    complete
                        .bucket(uri.bucket())
                        .key(key)
                        .uploadId(upload)
                        // To put large objects together takes S3 minutes.
                        .overrideConfiguration(patience(size))
                        .ifNoneMatch(ifNoneMatch())
                        .ifMatch(ifMatch())
                        .multipartUpload(all -> all.parts(parts))))
        // Some servers give another ETag here than afterwards: what counts is the one that lasts.
        .flatMap(answer -> ours(size).defaultIfEmpty(info(size, answer.eTag())))
        .onErrorResume(this::mayBeDone, fault -> doneBefore(size, fault));
  }

  /**
   * A part that was on its way at a cancel may still be stored after it: so this waits first, and
   * is repeated until S3 does not know the upload any more.
   */
  private Mono<Void> abort(String upload) {
    return Mono.delay(ABORT_PAUSE)
        .then(
            call(
                () ->
                    client.abortMultipartUpload(
                        abort -> abort.bucket(uri.bucket()).key(key).uploadId(upload))))
        .thenReturn(false)
        .onErrorResume(fault -> Mono.just(isGone(fault)))
        .repeat(ABORTS - 1)
        .takeUntil(gone -> gone)
        .then();
  }

  /** The upload; or the server itself, and then the lifecycle rule has to take the parts. */
  private static boolean isGone(Throwable fault) {
    return !(fault instanceof S3Exception refused) || refused.statusCode() == 404;
  }

  /** Refused for what is there, or the upload is gone: an attempt before may have done it. */
  private boolean mayBeDone(Throwable fault) {
    return fault instanceof S3Exception refused
        && (refused.statusCode() == 412 || S3Faults.code(refused).equals("NoSuchUpload"));
  }

  private Mono<ObjectInfo> doneBefore(long size, Throwable fault) {
    return ours(size).switchIfEmpty(Mono.error(fault));
  }

  /** What is there, if this write has put it there. */
  private Mono<ObjectInfo> ours(long size) {
    return head()
        .filter(found -> writeId.equals(found.metadata().get(WRITE_ID)))
        .map(found -> info(size, found.eTag()));
  }

  private Mono<HeadObjectResponse> head() {
    return call(() -> client.headObject(head -> head.bucket(uri.bucket()).key(key)))
        .onErrorComplete(
            fault -> fault instanceof S3Exception refused && refused.statusCode() == 404);
  }

  private static boolean isConflict(Throwable fault) {
    return fault instanceof S3Exception refused && refused.statusCode() == 409;
  }

  private String ifNoneMatch() {
    return condition instanceof WriteCondition.IfAbsent ? "*" : null;
  }

  private String ifMatch() {
    return condition instanceof WriteCondition.IfVersion expected ? expected.version() : null;
  }

  private AwsRequestOverrideConfiguration patience(long bytes) {
    Duration transfer = Duration.ofSeconds(bytes / SLOWEST);
    return AwsRequestOverrideConfiguration.builder()
        .apiCallAttemptTimeout(settings.idleTimeout().plus(transfer))
        .build();
  }

  private ObjectInfo info(long size, String etag) {
    return new ObjectInfo(uri, size, Optional.ofNullable(etag).orElse(""));
  }

  private static <T> Mono<T> call(Supplier<CompletableFuture<T>> request) {
    return Mono.fromFuture(request);
  }
}
