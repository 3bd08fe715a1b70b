package io.taustream.ingest.format;

import io.taustream.storage.object.ObjectInfo;
import io.taustream.storage.object.ObjectStore;
import io.taustream.storage.sample.Shard;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import reactor.core.publisher.Mono;

/**
 * WebDataset (github.com/webdataset/webdataset): each shard is a tar, {@code .tar}, {@code .tar.gz}
 * or {@code .tgz}, gzipped where it begins as a gzip does, of members {@code KEY.EXTENSION}. The
 * key ends at the first dot of the base name. A sample is a run of members with one key: one image,
 * {@code jpg}, {@code jpeg} or {@code png}, and at most one {@code cls} with the class as a decimal
 * number, in either order. Other extensions, and names that begin with a dot, are ignored.
 */
record WebDataset() implements Format {
  private static final byte[] GZIP_MAGIC = {0x1F, (byte) 0x8B};

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
      TarMembers members = members(raw, shard, bytes);
      return new TarSamples(shard, members, bytes, classes);
    }
  }

  /** The files in a tar, gzipped or not. */
  static TarMembers members(ObjectInputStream raw, Shard tar, ShardBytes bytes) {
    return new TarMembers(() -> content(raw, tar.name()), raw, bytes);
  }

  private static InputStream content(InputStream raw, String name) throws IOException {
    byte[] start = raw.readNBytes(GZIP_MAGIC.length);
    InputStream whole = new SequenceInputStream(new ByteArrayInputStream(start), raw);
    boolean gzipped = Arrays.equals(start, GZIP_MAGIC) || isGzipped(name.toLowerCase(Locale.ROOT));
    return gzipped
        ? GzipCompressorInputStream.builder()
            .setInputStream(whole)
            .setDecompressConcatenated(true)
            .get()
        : whole;
  }
}
