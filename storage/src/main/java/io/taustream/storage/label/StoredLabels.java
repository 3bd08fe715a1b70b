package io.taustream.storage.label;

import io.taustream.storage.object.ObjectInfo;
import io.taustream.storage.object.ObjectNotFoundException;
import io.taustream.storage.object.ObjectStore;
import io.taustream.storage.object.ObjectUri;
import io.taustream.storage.object.PreconditionFailedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * All that lies in a label store, of whatever sets. A file is a label file here if it lies at
 * {@code <root>/<teacher-id>/<view-id>/<shard>.arrow} and its footer says the same teacher, view
 * and shard; whatever else lies there is left alone. Thread-safe.
 */
public final class StoredLabels {
  private static final Logger LOG = LoggerFactory.getLogger(StoredLabels.class);
  private static final int CONCURRENT_FOOTERS = 8;

  private final ObjectStore objects;
  private final ObjectUri root;

  /**
   * @param objects stays the caller's
   * @param root what the configuration calls {@code labels.store}
   */
  public StoredLabels(ObjectStore objects, ObjectUri root) {
    this.objects = objects;
    this.root = root;
  }

  /** The store's root. */
  public ObjectUri root() {
    return root;
  }

  /**
   * The label files, by location; none where the store does not exist. Reads each one's footer.
   * What looks like one and is none, or a damaged one, is logged and left out. Cold.
   */
  public Flux<StoredLabelFile> files() {
    return found()
        .mapNotNull(
            found -> {
              if (found instanceof Found.Whole whole) {
                return whole.file();
              }
              LOG.warn("{}", ((Found.Damaged) found).why());
              return null;
            });
  }

  /** What looks like a label file and lies where one may. */
  sealed interface Found {
    /** A label file in its place. */
    record Whole(StoredLabelFile file) implements Found {}

    /**
     * None, or a damaged one.
     *
     * @param why a line that names the file
     */
    record Damaged(String why) implements Found {}
  }

  /** Like {@link #files}, with those that are damaged. */
  Flux<Found> found() {
    return objects
        .list(root.child(""))
        .onErrorResume(ObjectNotFoundException.class, e -> Flux.empty())
        .filter(info -> info.uri().name().endsWith(LabelFolder.SUFFIX))
        .flatMapSequential(this::read, CONCURRENT_FOOTERS);
  }

  /** The label file at a place; empty where there is none. Fails where it is damaged. */
  Mono<StoredLabelFile> at(ObjectUri uri) {
    return objects
        .stat(uri)
        .onErrorResume(ObjectNotFoundException.class, e -> Mono.empty())
        .flatMap(info -> LabelFolder.find(objects, info));
  }

  private Mono<Found> read(ObjectInfo info) {
    return LabelFolder.find(objects, info)
        .filter(this::liesWhereItBelongs)
        .<Found>map(Found.Whole::new)
        .onErrorResume(
            DamagedLabelFileException.class, e -> Mono.just(new Found.Damaged(e.getMessage())));
  }

  private boolean liesWhereItBelongs(StoredLabelFile file) {
    LabelMetadata metadata = file.metadata();
    boolean there = file.info().uri().equals(file.placeIn(root));
    if (!there) {
      LOG.warn(
          "{} holds labels of shard {} by {} and does not belong there; it is left alone",
          file.info().uri(),
          metadata.shardName(),
          metadata.set().teacherId());
    }
    return there;
  }

  /**
   * Removes a label file in the version that was listed. The manifest is left to {@link #tidy}.
   * Cold.
   *
   * @return false where another process has written it meanwhile: it is left as it is
   */
  public Mono<Boolean> remove(StoredLabelFile file) {
    return objects
        .delete(file.info())
        .thenReturn(true)
        .onErrorResume(PreconditionFailedException.class, e -> isGone(file.info().uri()));
  }

  private Mono<Boolean> isGone(ObjectUri uri) {
    return objects
        .stat(uri)
        .thenReturn(false)
        .onErrorResume(ObjectNotFoundException.class, e -> Mono.just(true));
  }

  /**
   * Takes the entries without a file out of a set's manifest; removes a manifest without entries.
   * Cold.
   */
  public Mono<Void> tidy(LabelSet set) {
    LabelFolder folder = new LabelFolder(objects, root, set);
    return new LabelIndex(objects, folder, set).refresh().then(removeEmpty(folder));
  }

  private Mono<Void> removeEmpty(LabelFolder folder) {
    ObjectUri uri = folder.manifest();
    return Mono.defer(
        () ->
            objects
                .stat(uri)
                .flatMap(
                    info ->
                        folder
                            .readManifest()
                            .map(json -> LabelManifest.fromJson(json, uri.toString()))
                            .filter(manifest -> manifest.entries().isEmpty())
                            .flatMap(empty -> objects.delete(info)))
                .onErrorResume(ObjectNotFoundException.class, e -> Mono.empty())
                // Labels have come in meanwhile: theirs is the manifest.
                .onErrorResume(PreconditionFailedException.class, e -> Mono.empty()));
  }
}
