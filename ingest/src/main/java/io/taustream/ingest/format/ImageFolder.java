package io.taustream.ingest.format;

import io.taustream.storage.TaustreamException;
import io.taustream.storage.object.ObjectInfo;
import io.taustream.storage.object.ObjectNotFoundException;
import io.taustream.storage.object.ObjectStore;
import io.taustream.storage.object.ObjectUri;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A folder with a folder of images for each class: {@code ROOT/CLASS/NAME.jpg}, {@code .jpeg} or
 * {@code .png}, also deeper below CLASS; other files are ignored. A pattern names ROOT. The classes
 * are the folders with images, sorted by name. A sample's key is its path from ROOT. Images are put
 * together to shards as said at {@link FolderShard}.
 */
record ImageFolder() implements Format {
  @Override
  public String name() {
    return "folder";
  }

  @Override
  public boolean claims(String fileName) {
    return !fileName.isEmpty() && fileName.chars().noneMatch(c -> ".*?[{".indexOf(c) >= 0);
  }

  @Override
  public Mono<List<ShardSource>> find(ObjectStore store, DatasetSpec spec) {
    return Flux.fromIterable(spec.patterns())
        .map(pattern -> ObjectUri.parse(stripSlash(pattern), spec.base()))
        .distinct()
        .concatMap(root -> shards(store, root, spec.classes()))
        .collectList();
  }

  private static String stripSlash(String pattern) {
    return pattern.endsWith("/") ? pattern.substring(0, pattern.length() - 1) : pattern;
  }

  private static Flux<ShardSource> shards(ObjectStore store, ObjectUri root, int classes) {
    ObjectUri inside = root.child("");
    int start = inside.path().length();
    return store
        .list(inside)
        .filter(object -> isImage(object.uri().name()))
        .collect(
            TreeMap<String, ObjectInfo>::new,
            (images, image) -> images.put(image.uri().path().substring(start), image))
        .flatMapIterable(images -> shards(root, images, classes));
  }

  private static boolean isImage(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.endsWith(".jpg") || lower.endsWith(".jpeg") || lower.endsWith(".png");
  }

  private static List<ShardSource> shards(
      ObjectUri root, TreeMap<String, ObjectInfo> images, int classes) {
    if (images.isEmpty()) {
      throw new ObjectNotFoundException(
          root + " holds no images; CLASS/NAME.jpg, .jpeg or .png are expected in it");
    }
    List<String> names = classNames(root, images, classes);
    List<FolderShard.Member> members = new ArrayList<>(images.size());
    for (Map.Entry<String, ObjectInfo> image : images.entrySet()) {
      int label = names.indexOf(className(image.getKey()));
      members.add(new FolderShard.Member(image.getKey(), label, image.getValue()));
    }
    return FolderShard.divide(root, members);
  }

  private static List<String> classNames(
      ObjectUri root, TreeMap<String, ObjectInfo> images, int classes) {
    TreeSet<String> names = new TreeSet<>();
    for (Map.Entry<String, ObjectInfo> image : images.entrySet()) {
      if (image.getKey().indexOf('/') < 0) {
        throw new TaustreamException(
            image.getValue().uri()
                + " lies in no class folder; "
                + root
                + "/CLASS/NAME is expected");
      }
      names.add(className(image.getKey()));
    }
    if (names.size() != classes) {
      throw new TaustreamException(
          root
              + " has "
              + names.size()
              + " class folders ("
              + shown(names)
              + "), but the data set has "
              + classes
              + " classes; correct one of them");
    }
    return List.copyOf(names);
  }

  private static String className(String path) {
    return path.substring(0, path.indexOf('/'));
  }

  private static String shown(TreeSet<String> names) {
    int most = 20;
    String first = String.join(", ", names.stream().limit(most).toList());
    return names.size() > most ? first + ", …" : first;
  }
}
