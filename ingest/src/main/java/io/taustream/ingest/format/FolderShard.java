package io.taustream.ingest.format;

import io.taustream.storage.object.ObjectInfo;
import io.taustream.storage.object.ObjectUri;
import io.taustream.storage.sample.Shard;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * Part of a folder's images. They are divided into 2ᵏ buckets, the k for which a bucket has nearest
 * to 1,000, by the low k bits of the CRC-32C of their path from the root, so that an added image
 * changes one shard, unless it changes k. Within a shard they are sorted by path. Its name is
 * {@code ROOT-NNNN-of-MMMM}, its size the sum of theirs, its version the first 16 hex digits of the
 * SHA-256 over the lines {@code PATH\tSIZE\tVERSION\n}. Buckets without images are left out.
 */
record FolderShard(Shard shard, List<Member> members) implements ShardSource {
  private static final int IMAGES_PER_SHARD = 1000;
  private static final int LARGEST = 64 << 20;

  /**
   * @param path from the root, with slashes
   */
  record Member(String path, int label, ObjectInfo object) {}

  /**
   * @param members sorted by path
   */
  static List<ShardSource> divide(ObjectUri root, List<Member> members) {
    int bits =
        (int)
            Math.max(
                0, Math.round(Math.log((double) members.size() / IMAGES_PER_SHARD) / Math.log(2)));
    int count = 1 << bits;
    Map<Integer, List<Member>> buckets = new TreeMap<>();
    for (Member member : members) {
      buckets.computeIfAbsent(hash(member.path) & (count - 1), n -> new ArrayList<>()).add(member);
    }
    return buckets.entrySet().stream()
        .<ShardSource>map(
            bucket ->
                of(
                    root,
                    String.format("%s-%04d-of-%04d", root.name(), bucket.getKey(), count),
                    bucket.getValue()))
        .toList();
  }

  private static FolderShard of(ObjectUri root, String name, List<Member> members) {
    long size = members.stream().mapToLong(member -> member.object.size()).sum();
    return new FolderShard(
        new Shard(name, root.child(name), size, version(members)), List.copyOf(members));
  }

  private static int hash(String path) {
    CRC32C crc = new CRC32C();
    crc.update(path.getBytes(StandardCharsets.UTF_8));
    return (int) crc.getValue();
  }

  private static String version(List<Member> members) {
    MessageDigest sha256;
    try {
      sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
    for (Member member : members) {
      String line =
          member.path + "\t" + member.object.size() + "\t" + member.object.version() + "\n";
      sha256.update(line.getBytes(StandardCharsets.UTF_8));
    }
    return HexFormat.of().formatHex(sha256.digest()).substring(0, 16);
  }

  @Override
  public SampleReader open(ShardBytes bytes) {
    return new Images(shard, members.iterator(), bytes);
  }

  private static final class Images implements SampleReader {
    private final Shard shard;
    private final Iterator<Member> members;
    private final ShardBytes bytes;
    private int ordinal;

    Images(Shard shard, Iterator<Member> members, ShardBytes bytes) {
      this.shard = shard;
      this.members = members;
      this.bytes = bytes;
    }

    @Override
    public Optional<Sample> next() throws IOException {
      if (!members.hasNext()) {
        return Optional.empty();
      }
      Member member = members.next();
      if (member.object.size() > LARGEST) {
        throw bytes.fault(
            member.path
                + " has "
                + member.object.size()
                + " bytes; at most "
                + LARGEST
                + " are allowed");
      }
      try (ObjectInputStream in = bytes.open(member.object)) {
        Payload image = new Payload.Encoded(in.readAllBytes());
        return Optional.of(new Sample(shard, ordinal++, member.path, member.label, image));
      }
    }
  }
}
