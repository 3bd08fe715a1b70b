package io.taustream.ingest.format;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/**
 * The plain files in a tar, one after another; folders are passed over. Refuses names that lead out
 * of a folder, links and sparse members, members over 64 MiB, and a tar without its end: two blocks
 * of zeros behind the last member, without which it may have been cut between two members. What
 * lies behind that end would be lost without a word, so it is refused too. Not thread-safe.
 */
final class TarMembers implements Closeable {
  private static final int BLOCK = 512;
  private static final int LARGEST = 64 << 20;

  private final Opening opening;
  private final ObjectInputStream raw;
  private final ShardBytes bytes;
  private BlockStream blocks;
  private TarArchiveInputStream tar;

  /** Where the header behind the current member begins. */
  private long memberEnd;

  /**
   * @param opening the tar's content, opened at the first read: a gzip header is read with it
   * @param raw the object itself, for the offset of a fault
   */
  TarMembers(Opening opening, ObjectInputStream raw, ShardBytes bytes) {
    this.opening = opening;
    this.raw = raw;
    this.bytes = bytes;
  }

  /** Opens a stream. */
  @FunctionalInterface
  interface Opening {
    InputStream open() throws IOException;
  }

  /** The next file's name, without a leading {@code ./}; empty at the end of the tar. */
  Optional<String> next() {
    try {
      if (tar == null) {
        blocks = new BlockStream(opening.open());
        tar = new TarArchiveInputStream(blocks, "UTF-8");
      }
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        String name = check(entry);
        if (!entry.isDirectory()) {
          return Optional.of(name);
        }
      }
      checkEnd();
      return Optional.empty();
    } catch (IOException | IllegalArgumentException e) {
      throw broken(e);
    }
  }

  /** The current member's bytes. */
  byte[] content() {
    try {
      return tar.readAllBytes();
    } catch (IOException e) {
      throw broken(e);
    }
  }

  private String check(TarArchiveEntry entry) {
    String name = entry.getName();
    if (!entry.isCheckSumOK()) {
      throw bytes.fault(
          "the header that ends at byte "
              + raw.position()
              + " has a wrong checksum; it is damaged or no tar: write it again");
    }
    if (name.startsWith("/") || List.of(name.split("/", -1)).contains("..")) {
      throw bytes.fault(
          "member '"
              + name
              + "' leads out of its folder; names are relative and without '..': write the tar"
              + " again");
    }
    if (entry.getSize() > LARGEST) {
      throw bytes.fault(
          "member '"
              + name
              + "' has "
              + entry.getSize()
              + " bytes; at most "
              + LARGEST
              + " are allowed");
    }
    if (entry.isSparse() || isSpecial(entry)) {
      throw bytes.fault(
          "member '"
              + name
              + "' is a link, a device or sparse; plain files are expected: write the tar again,"
              + " with GNU tar by --dereference --hard-dereference");
    }
    memberEnd = blocks.position + (entry.getSize() + BLOCK - 1) / BLOCK * BLOCK;
    return name.startsWith("./") ? name.substring(2) : name;
  }

  private static boolean isSpecial(TarArchiveEntry entry) {
    return entry.isLink()
        || entry.isSymbolicLink()
        || entry.isFIFO()
        || entry.isCharacterDevice()
        || entry.isBlockDevice();
  }

  private void checkEnd() throws IOException {
    if (blocks.position - Math.max(memberEnd, blocks.lastNonZero) < 2 * BLOCK) {
      throw truncated("no two blocks of zeros end it", null);
    }
    // Into the void: the checksum covers the padding too, and a gzip has its own check at the end.
    blocks.transferTo(OutputStream.nullOutputStream());
    if (blocks.lastNonZero > memberEnd) {
      throw bytes.fault(
          "holds data behind its end, as tars do that were joined byte by byte; join them with a"
              + " tar program");
    }
    raw.transferTo(OutputStream.nullOutputStream());
  }

  private RuntimeException broken(Exception e) {
    String reason = String.valueOf(e.getMessage());
    return e instanceof EOFException || reason.startsWith("Truncated")
        ? truncated(reason, e)
        : bytes.fault(
            "is damaged near byte "
                + raw.position()
                + " ("
                + reason
                + "); a tar is expected: write it again",
            e);
  }

  private RuntimeException truncated(String reason, Exception cause) {
    String what = raw.position() == 0 ? "is empty, truncated at byte " : "is truncated at byte ";
    return bytes.fault(what + raw.position() + " (" + reason + "); copy or write it again", cause);
  }

  @Override
  public void close() throws IOException {
    if (blocks != null) {
      blocks.close();
    }
  }

  /** Passes bytes through and remembers where the zeros at the end of what was read begin. */
  private static final class BlockStream extends InputStream {
    private final InputStream in;
    private long position;

    /** The position behind the last byte that is not zero. */
    private long lastNonZero;

    BlockStream(InputStream in) {
      this.in = in;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      int count = in.read(target, offset, length);
      for (int i = count - 1; i >= 0; i--) {
        if (target[offset + i] != 0) {
          lastNonZero = position + i + 1;
          break;
        }
      }
      position += Math.max(0, count);
      return count;
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
