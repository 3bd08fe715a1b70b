package io.taustream.storage.label;

import io.taustream.storage.TaustreamException;
import io.taustream.storage.object.ObjectInfo;
import io.taustream.storage.object.ObjectStore;
import io.taustream.storage.object.ObjectUri;
import java.util.List;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * What one folder of labels holds, as its files say.
 *
 * @param folder where it lies
 * @param teacherId teacher's name and the first 12 hex digits of its hash
 * @param viewId policy's name and hash
 * @param encoding as text
 * @param classes logits of each row
 * @param leastViews of each sample, in the file that has the fewest
 * @param mostViews of each sample, in the file that has the most
 * @param shards label files
 * @param rows in all of them
 * @param bytes of all of them
 */
public record LabelInventory(
    ObjectUri folder,
    String teacherId,
    String viewId,
    String encoding,
    int classes,
    int leastViews,
    int mostViews,
    int shards,
    long rows,
    long bytes) {
  private static final Logger LOG = LoggerFactory.getLogger(LabelInventory.class);
  private static final int CONCURRENT_FOOTERS = 8;

  /**
   * Walks a label store from its root, or from any folder in it, and reads each label file's
   * footer. Damaged files are logged and left out. Cold.
   *
   * @return one record for each folder that holds label files, by location; fails with {@link
   *     TaustreamException} where there is none
   */
  public static Flux<LabelInventory> of(ObjectStore objects, ObjectUri path) {
    return objects
        .list(path.child(""))
        .filter(info -> info.uri().name().endsWith(LabelFolder.SUFFIX))
        .flatMapSequential(info -> read(objects, info), CONCURRENT_FOOTERS)
        .collect(
            TreeMap<ObjectUri, LabelInventory>::new,
            (all, one) -> all.merge(one.folder(), one, LabelInventory::plus))
        .flatMapIterable(all -> List.copyOf(all.values()))
        .switchIfEmpty(
            Mono.error(
                () ->
                    new TaustreamException(
                        "there are no label files under %s; name a label store, or label first"
                            .formatted(path))));
  }

  private static Mono<LabelInventory> read(ObjectStore objects, ObjectInfo info) {
    return LabelFolder.readFooter(objects, info)
        .map(footer -> of(info, footer.metadata()))
        .onErrorResume(
            DamagedLabelFileException.class,
            e -> {
              LOG.warn("{}", e.getMessage());
              return Mono.empty();
            });
  }

  private static LabelInventory of(ObjectInfo info, LabelMetadata metadata) {
    LabelSet set = metadata.set();
    String path = info.uri().path();
    ObjectUri folder =
        new ObjectUri(
            info.uri().scheme(),
            info.uri().bucket(),
            path.substring(0, Math.max(0, path.lastIndexOf('/'))));
    return new LabelInventory(
        folder,
        set.teacherId(),
        set.viewId(),
        set.encoding().text(),
        set.classes(),
        metadata.views(),
        metadata.views(),
        1,
        metadata.rows(),
        info.size());
  }

  private LabelInventory plus(LabelInventory other) {
    return new LabelInventory(
        folder,
        teacherId,
        viewId,
        encoding,
        classes,
        Math.min(leastViews, other.leastViews),
        Math.max(mostViews, other.mostViews),
        shards + other.shards,
        rows + other.rows,
        bytes + other.bytes);
  }
}
