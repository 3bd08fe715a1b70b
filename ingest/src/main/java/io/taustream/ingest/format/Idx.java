package io.taustream.ingest.format;

import io.taustream.storage.TaustreamException;
import io.taustream.storage.object.ObjectInfo;
import io.taustream.storage.object.ObjectNotFoundException;
import io.taustream.storage.object.ObjectStore;
import io.taustream.storage.object.ObjectUri;
import io.taustream.storage.sample.Shard;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The IDX files of MNIST (yann.lecun.com/exdb/mnist) and its kin, plain or gzipped: each shard is a
 * file of images and the file of labels beside it, whose name has {@code labels} for {@code images}
 * and {@code idx1} for {@code idx3}, and may differ in its {@code .gz}. Patterns name the images;
 * labels that they name too are taken for what they are. Bytes: {@link IdxSamples}.
 */
record Idx() implements Format {
  private static final String GZIP = ".gz";

  @Override
  public String name() {
    return "idx";
  }

  @Override
  public boolean claims(String fileName) {
    return fileName.contains("idx3")
        || fileName.contains("idx1")
        || fileName.endsWith("-ubyte")
        || fileName.endsWith("-ubyte" + GZIP);
  }

  @Override
  public Mono<List<ShardSource>> find(ObjectStore store, DatasetSpec spec) {
    return Format.expand(store, spec)
        .flatMapIterable(files -> files)
        .filter(file -> file.uri().name().contains("idx3"))
        .concatMap(images -> pair(store, images, spec.classes()))
        .switchIfEmpty(
            Mono.error(
                () ->
                    new TaustreamException(
                        "idx: none of "
                            + String.join(", ", spec.patterns())
                            + " names images; a file such as train-images-idx3-ubyte is"
                            + " expected")))
        .collectList();
  }

  private static Mono<ShardSource> pair(ObjectStore store, ObjectInfo images, int classes) {
    String name = images.uri().name();
    String labels = name.replace("images", "labels").replace("idx3", "idx1");
    String twin =
        labels.endsWith(GZIP)
            ? labels.substring(0, labels.length() - GZIP.length())
            : labels + GZIP;
    ObjectUri uri = images.uri();
    String folder = uri.path().substring(0, uri.path().length() - name.length());
    return Flux.just(labels, twin)
        .concatMap(
            file ->
                store
                    .stat(new ObjectUri(uri.scheme(), uri.bucket(), folder + file))
                    .onErrorResume(ObjectNotFoundException.class, missing -> Mono.empty()))
        .next()
        .switchIfEmpty(
            Mono.error(
                () ->
                    new ObjectNotFoundException(
                        uri
                            + " has no labels: neither "
                            + labels
                            + " nor "
                            + twin
                            + " lies beside it")))
        .map(found -> Pair.of(images, found, classes));
  }

  private record Pair(Shard shard, ObjectInfo images, ObjectInfo labels, int classes)
      implements ShardSource {
    static ShardSource of(ObjectInfo images, ObjectInfo labels, int classes) {
      Shard shard =
          new Shard(
              images.uri().name(),
              images.uri(),
              images.size() + labels.size(),
              images.version() + "+" + labels.version());
      return new Pair(shard, images, labels, classes);
    }

    @Override
    public SampleReader open(ShardBytes bytes) throws IOException {
      return new IdxSamples(
          shard,
          IdxFile.open(images, bytes.open(images), isGzipped(images), bytes),
          // Read in step with the images, and once more behind them for the checksum.
          IdxFile.open(labels, bytes.peek(labels), isGzipped(labels), bytes),
          () -> bytes.open(labels),
          classes,
          bytes);
    }

    private static boolean isGzipped(ObjectInfo file) {
      return file.uri().name().toLowerCase(Locale.ROOT).endsWith(GZIP);
    }
  }
}
