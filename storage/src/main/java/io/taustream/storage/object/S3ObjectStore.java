package io.taustream.storage.object;

import io.taustream.storage.TaustreamException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Objects on S3. Reads are described at {@link S3Read}, writes at {@link S3Upload}; versions are
 * ETags as S3 gives them. Requests are retried as {@link S3Clients} says.
 */
final class S3ObjectStore implements ObjectStore {
  private static final int MOST_KEYS = 1_000;
  private static final int NOT_IMPLEMENTED = 501;

  private final S3AsyncClient client;
  private final S3Settings settings;
  private final S3Faults faults;
  private final S3Upload.Cut cut;
  private final int pageSize;
  private final Set<String> knownBuckets = ConcurrentHashMap.newKeySet();

  /**
   * @param pageSize names of one listing request, 1 to 1,000
   */
  S3ObjectStore(S3AsyncClient client, S3Settings settings, S3Upload.Cut cut, int pageSize) {
    this.client = client;
    this.settings = settings;
    this.faults = new S3Faults(settings);
    this.cut = cut;
    this.pageSize = pageSize;
  }

  static S3ObjectStore open(S3Settings settings) {
    return new S3ObjectStore(S3Clients.open(settings), settings, S3Upload.Cut.DEFAULT, MOST_KEYS);
  }

  @Override
  public Mono<ObjectInfo> stat(ObjectUri uri) {
    return Mono.fromFuture(() -> client.headObject(head -> head.bucket(uri.bucket()).key(key(uri))))
        .map(found -> new ObjectInfo(uri, found.contentLength(), found.eTag()))
        .doOnNext(found -> knownBuckets.add(uri.bucket()))
        .onErrorResume(S3Exception.class, refused -> diagnose(uri, refused))
        .onErrorMap(fault -> faults.explain("read", uri, fault));
  }

  /** The answer to HEAD has no body, so it does not say why; a listing does. */
  private Mono<ObjectInfo> diagnose(ObjectUri uri, S3Exception refused) {
    if (refused.statusCode() == 404 && knownBuckets.contains(uri.bucket())) {
      return Mono.error(refused);
    }
    return Mono.fromFuture(
            () ->
                client.listObjectsV2(
                    list -> list.bucket(uri.bucket()).prefix(uri.path()).maxKeys(1)))
        .doOnNext(page -> knownBuckets.add(uri.bucket()))
        .onErrorMap(
            S3Exception.class,
            reason -> S3Faults.code(reason).equals("AccessDenied") ? refused : reason)
        .then(Mono.error(refused));
  }

  @Override
  public Flux<ObjectInfo> list(ObjectUri prefix) {
    return list(request(prefix), prefix);
  }

  @Override
  public Flux<ObjectInfo> list(ObjectUri prefix, int folders) {
    // With a delimiter S3 leaves out what lies in folders; deeper limits it does not know.
    return folders == 0
        ? list(request(prefix).delimiter("/"), prefix)
        : ObjectStore.super.list(prefix, folders);
  }

  private ListObjectsV2Request.Builder request(ObjectUri prefix) {
    return ListObjectsV2Request.builder()
        .bucket(prefix.bucket())
        .prefix(prefix.path())
        .maxKeys(pageSize);
  }

  /** A page is asked for when all of the one before has been taken. */
  private Flux<ObjectInfo> list(ListObjectsV2Request.Builder request, ObjectUri prefix) {
    return Flux.from(client.listObjectsV2Paginator(request.build()))
        .limitRate(1)
        .concatMapIterable(page -> page.contents(), 1)
        .filter(object -> !isFolderMark(object))
        .map(
            object ->
                new ObjectInfo(
                    new ObjectUri("s3", prefix.bucket(), object.key()),
                    object.size(),
                    object.eTag()))
        .onErrorMap(fault -> faults.explain("list", prefix, fault));
  }

  /** Consoles leave empty objects where a folder was made by hand. */
  private static boolean isFolderMark(S3Object object) {
    return object.size() == 0 && object.key().endsWith("/");
  }

  @Override
  public Flux<ByteBuffer> read(ObjectUri uri) {
    return new S3Read(client, settings, faults, uri, 0, OptionalLong.empty()).bytes();
  }

  @Override
  public Flux<ByteBuffer> read(ObjectUri uri, long offset, long length) {
    ByteRanges.check(offset, length);
    return length == 0
        ? Flux.empty()
        : new S3Read(client, settings, faults, uri, offset, OptionalLong.of(length)).bytes();
  }

  @Override
  public Mono<ObjectInfo> write(ObjectUri uri, ByteBuffer content, WriteCondition condition) {
    return write(uri, new UploadSource.Buffer(content), condition);
  }

  @Override
  public Mono<ObjectInfo> write(ObjectUri uri, Path content, WriteCondition condition) {
    return write(uri, new UploadSource.LocalFile(content), condition);
  }

  private Mono<ObjectInfo> write(ObjectUri uri, UploadSource source, WriteCondition condition) {
    return Mono.defer(() -> new S3Upload(client, settings, cut, uri, source, condition).run())
        .subscribeOn(Schedulers.boundedElastic())
        .onErrorMap(fault -> faults.explain("write", uri, fault));
  }

  @Override
  public Mono<Void> delete(ObjectUri uri) {
    return Mono.fromFuture(
            () -> client.deleteObject(delete -> delete.bucket(uri.bucket()).key(key(uri))))
        .onErrorMap(fault -> faults.explain("delete", uri, fault))
        .then();
  }

  /**
   * A conditional DELETE, which AWS S3 knows. Some other servers ignore the condition or refuse it:
   * for them the version is compared just before, and the DELETE is sent without it if need be.
   */
  @Override
  public Mono<Void> delete(ObjectInfo object) {
    ObjectUri uri = object.uri();
    return stat(uri)
        .onErrorMap(
            ObjectNotFoundException.class,
            gone -> new PreconditionFailedException(uri + " is gone", gone))
        .flatMap(
            found ->
                found.version().equals(object.version())
                    ? deleteMatching(object)
                    : Mono.error(
                        new PreconditionFailedException(
                            "%s has version %s; %s was to be removed: another process wrote it"
                                .formatted(uri, found.version(), object.version()))));
  }

  private Mono<Void> deleteMatching(ObjectInfo object) {
    ObjectUri uri = object.uri();
    return Mono.fromFuture(
            () ->
                client.deleteObject(
                    delete -> delete.bucket(uri.bucket()).key(key(uri)).ifMatch(object.version())))
        .then()
        .onErrorResume(
            fault ->
                S3Faults.unwrap(fault) instanceof S3Exception refused
                    && refused.statusCode() == NOT_IMPLEMENTED,
            fault -> delete(uri))
        .onErrorMap(fault -> faults.explain("delete", uri, fault));
  }

  static String key(ObjectUri uri) {
    if (uri.path().isEmpty()) {
      throw new TaustreamException(uri + " names a bucket; an object is expected: add its key");
    }
    return uri.path();
  }

  /** Closes the client, its connections and threads; requests under way fail. */
  @Override
  public void close() {
    client.close();
  }
}
