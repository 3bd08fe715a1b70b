package io.taustream.ingest.format;

import io.taustream.storage.object.ObjectInfo;
import io.taustream.storage.object.ObjectStore;
import io.taustream.storage.sample.Shard;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Locale;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import reactor.core.publisher.Mono;

/**
 * WebDataset (github.com/webdataset/webdataset): each shard is a tar, {@code .tar} or gzipped
 * {@code .tar.gz} or {@code .tgz}, of members {@code KEY.EXTENSION}. The key ends at the first dot
 * of the base name. A sample is a run of members with one key: one image, {@code jpg}, {@code jpeg}
 * or {@code png}, and at most one {@code cls} with the class as a decimal number, in either order.
 * Other extensions are ignored.
 */
record WebDataset() implements Format {
  @Override
  public String name() {
    return "webdataset";
  }

  @Override
  public boolean claims(String fileName) {
    return fileName.endsWith(".tar") || isGzipped(fileName);
  }

  @Override
  public Mono<List<ShardSource>> find(ObjectStore store, DatasetSpec spec) {
    return Format.expand(store, spec)
        .map(tars -> tars.stream().<ShardSource>map(tar -> Tar.of(tar, spec.classes())).toList());
  }

  private static boolean isGzipped(String fileName) {
    return fileName.endsWith(".tar.gz") || fileName.endsWith(".tgz");
  }

  private record Tar(Shard shard, ObjectInfo object, int classes) implements ShardSource {
    static Tar of(ObjectInfo object, int classes) {
      Shard shard = new Shard(object.uri().name(), object.uri(), object.size(), object.version());
      return new Tar(shard, object, classes);
    }

    @Override
    public SampleReader open(ShardBytes bytes) throws IOException {
      ObjectInputStream raw = bytes.open(object);
      TarMembers members = new TarMembers(() -> content(raw), raw, bytes);
      return new TarSamples(shard, members, bytes, classes);
    }

    private InputStream content(InputStream raw) throws IOException {
      return isGzipped(shard.name().toLowerCase(Locale.ROOT))
          ? GzipCompressorInputStream.builder()
              .setInputStream(raw)
              .setDecompressConcatenated(true)
              .get()
          : raw;
    }
  }
}
