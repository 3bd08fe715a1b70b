package io.taustream.ingest.format;

import io.taustream.storage.Sha256;
import io.taustream.storage.object.ObjectInfo;
import io.taustream.storage.object.ObjectUri;
import io.taustream.storage.sample.Shard;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
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

  /** Objects that are read at once: each waits a round trip for its first byte. */
  private static final int READ_AHEAD = 8;

  /**
   * @param path from the root, with slashes
   */
  record Member(String path, int label, ObjectInfo object) {}

  /**
   * @param members sorted by path
   */
  static List<ShardSource> divide(ObjectUri root, List<Member> members) {
    int count = buckets(members.size());
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

  /** The power of two for which a bucket has nearest to 1,000 images, by their ratio. */
  private static int buckets(int images) {
    int count = 1;
    // images / count > 1,000 √2, in whole numbers, which are the same on every machine.
    while ((long) images * images > 2L * IMAGES_PER_SHARD * IMAGES_PER_SHARD * count * count) {
      count *= 2;
    }
    return count;
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
    MessageDigest sha256 = Sha256.begin();
    for (Member member : members) {
      String line =
          member.path + "\t" + member.object.size() + "\t" + member.object.version() + "\n";
      sha256.update(line.getBytes(StandardCharsets.UTF_8));
    }
    return Sha256.hex(sha256).substring(0, 16);
  }

  @Override
  public SampleReader open(ShardBytes bytes) {
    return new Images(shard, members.iterator(), bytes);
  }

  /** Reads the images in order; the requests for the next ones are under way meanwhile. */
  private static final class Images implements SampleReader {
    private final Shard shard;
    private final Iterator<Member> members;
    private final ShardBytes bytes;
    private final Deque<Opened> ahead = new ArrayDeque<>();
    private int ordinal;

    Images(Shard shard, Iterator<Member> members, ShardBytes bytes) {
      this.shard = shard;
      this.members = members;
      this.bytes = bytes;
    }

    private record Opened(Member member, ObjectInputStream in) {}

    @Override
    public Optional<Sample> next() throws IOException {
      while (ahead.size() < READ_AHEAD && members.hasNext()) {
        Member member = members.next();
        checkSize(member);
        ahead.add(new Opened(member, bytes.open(member.object)));
      }
      if (ahead.isEmpty()) {
        return Optional.empty();
      }
      Opened opened = ahead.remove();
      Member member = opened.member;
      try (ObjectInputStream in = opened.in) {
        Payload image = new Payload.Encoded(in.readAllBytes());
        return Optional.of(new Sample(shard, ordinal++, member.path, member.label, image));
      }
    }

    private void checkSize(Member member) {
      if (member.object.size() > LARGEST) {
        throw bytes.fault(
            member.path
                + " has "
                + member.object.size()
                + " bytes; at most "
                + LARGEST
                + " are allowed");
      }
    }
  }
}
