package io.taustream.ingest.share;

import io.taustream.storage.label.DenseF16;
import io.taustream.storage.share.ShareElement;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * NumPy's {@code .npy} (numpy.lib.format). Written is version 1.0: {@code 93 4E 55 4D 50 59} (0x93
 * "NUMPY"), {@code 01 00}, the header's length as uint16, little-endian; the header, ASCII: {@code
 * {'descr': '<f2', 'fortran_order': False, 'shape': (8, 1000), }}, spaces, a newline, so that the
 * data begin at a multiple of 64 bytes; the data, row-major and little-endian. Versions 2 and 3,
 * whose header length has four bytes, are read too. {@code descr} is {@code <f2}, {@code <f4},
 * {@code |u1}, {@code <u2}, {@code <i4}, {@code <i8} or {@code <u8}.
 *
 * @param descr the elements' type
 * @param shape lengths of its dimensions
 * @param data little-endian, from position to limit the elements
 */
record NpyArray(String descr, List<Integer> shape, ByteBuffer data) {
  static final String INT64 = "<i8";

  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int ALIGNMENT = 64;
  private static final Pattern DESCR = Pattern.compile("'descr'\\s*:\\s*'([^']*)'");
  private static final Pattern FORTRAN = Pattern.compile("'fortran_order'\\s*:\\s*True");
  private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([0-9,\\s]*)\\)");

  /** The type of a label file's elements. */
  static String descr(ShareElement element) {
    return switch (element) {
      case FLOAT16 -> "<f2";
      case FLOAT32 -> "<f4";
      case UINT8 -> "|u1";
      case UINT16 -> "<u2";
      case INT32 -> "<i4";
    };
  }

  /** The file's bytes. */
  byte[] toBytes() {
    String lengths =
        shape.stream().map(String::valueOf).collect(Collectors.joining(", "))
            + (shape.size() == 1 ? "," : "");
    String header =
        "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }".formatted(descr, lengths);
    int before = MAGIC.length + 2 + Short.BYTES;
    int start = (before + header.length() + ALIGNMENT) / ALIGNMENT * ALIGNMENT;
    ByteBuffer file = ByteBuffer.allocate(start + data.remaining()).order(ByteOrder.LITTLE_ENDIAN);
    file.put(MAGIC).put((byte) 1).put((byte) 0).putShort((short) (start - before));
    file.put(header.getBytes(StandardCharsets.US_ASCII));
    while (file.position() < start - 1) {
      file.put((byte) ' ');
    }
    return file.put((byte) '\n').put(data.duplicate()).array();
  }

  /**
   * Reads a file.
   *
   * @throws IllegalArgumentException if it is none, or one that cannot be read: its message says
   *     why
   */
  static NpyArray of(byte[] file) {
    ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    if (file.length < MAGIC.length + 2 + Integer.BYTES
        || !Arrays.equals(file, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
      throw new IllegalArgumentException("it is no .npy file");
    }
    int version = file[MAGIC.length];
    bytes.position(MAGIC.length + 2);
    long length = version == 1 ? Short.toUnsignedInt(bytes.getShort()) : bytes.getInt();
    if (version < 1 || version > 3 || length < 0 || length > bytes.remaining()) {
      throw new IllegalArgumentException("its header is cut off or of an unknown version");
    }
    String header = new String(file, bytes.position(), (int) length, StandardCharsets.ISO_8859_1);
    Matcher descr = DESCR.matcher(header);
    Matcher shape = SHAPE.matcher(header);
    if (!descr.find() || !shape.find() || FORTRAN.matcher(header).find()) {
      throw new IllegalArgumentException("its header is %s".formatted(header.strip()));
    }
    bytes.position(bytes.position() + (int) length);
    List<Integer> lengths =
        Arrays.stream(shape.group(1).split(",", -1))
            .map(String::strip)
            .filter(text -> !text.isEmpty())
            .map(Integer::valueOf)
            .toList();
    NpyArray array =
        new NpyArray(descr.group(1), lengths, bytes.slice().order(ByteOrder.LITTLE_ENDIAN));
    if (array.elements() * array.width() != array.data.remaining()) {
      throw new IllegalArgumentException(
          "it has %d bytes for shape %s of type '%s'"
              .formatted(array.data.remaining(), lengths, array.descr));
    }
    return array;
  }

  /** How many elements there are; some number above what fits where there are too many. */
  private long elements() {
    long elements = 1;
    for (int length : shape) {
      elements = Math.min(Integer.MAX_VALUE, elements * length);
    }
    return elements;
  }

  private int width() {
    return switch (descr) {
      case "|u1" -> Byte.BYTES;
      case "<f2", "<u2" -> Short.BYTES;
      case "<f4", "<i4" -> Integer.BYTES;
      case INT64, "<u8" -> Long.BYTES;
      default -> throw new IllegalArgumentException("its type is '%s'".formatted(descr));
    };
  }

  /** Whether its elements are float16 or float32. */
  boolean isFloat() {
    return descr.equals("<f2") || descr.equals("<f4");
  }

  /** An element of an array that {@link #isFloat}. */
  float number(int i) {
    return descr.equals("<f2")
        ? DenseF16.toFloat(data.getShort(i * Short.BYTES))
        : data.getFloat(i * Float.BYTES);
  }

  /** An element of an array of integers; of uint64 the bits. */
  long integer(int i) {
    return switch (descr) {
      case "|u1" -> Byte.toUnsignedLong(data.get(i));
      case "<u2" -> Short.toUnsignedLong(data.getShort(i * Short.BYTES));
      case "<i4" -> data.getInt(i * Integer.BYTES);
      default -> data.getLong(i * Long.BYTES);
    };
  }
}
