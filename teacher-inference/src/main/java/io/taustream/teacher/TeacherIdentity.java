package io.taustream.teacher;

import io.taustream.storage.Sha256;
import io.taustream.storage.TaustreamException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.regex.Pattern;

/**
 * Which teacher made a label.
 *
 * @param name the teacher's name in the configuration: letters, digits, {@code .}, {@code _},
 *     {@code +} and {@code -}, since it becomes part of a path
 * @param sha256 64 lower-case hex digits over everything that decides the logits. Of an ONNX
 *     teacher: the model's bytes, its external data files' in the order of their locations, those
 *     of its custom operators' library, if it has one, and the canonical card without its device
 *     ({@link TeacherCard#toYaml()}, UTF-8), one after the other
 */
public record TeacherIdentity(String name, String sha256) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._+-]*");
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

  public TeacherIdentity {
    if (!NAME.matcher(name).matches()) {
      throw new TaustreamException(
          "teacher name '"
              + name
              + "' cannot be part of a path; use letters, digits, '.', '_', '+' and '-', beginning"
              + " with a letter, a digit or '_'");
    }
    if (!SHA256.matcher(sha256).matches()) {
      throw new IllegalArgumentException("'" + sha256 + "' is no SHA-256 in lower-case hex");
    }
  }

  /**
   * An identity over parts, for teachers of other types: of the same bytes divided otherwise it is
   * another.
   *
   * @param parts all that decides the logits: what the teacher is (its type, and a version that
   *     goes up with every change of its code that changes logits), its weights, its options
   */
  public static TeacherIdentity over(String name, byte[]... parts) {
    MessageDigest digest = Sha256.begin();
    for (byte[] part : parts) {
      digest.update(ByteBuffer.allocate(Long.BYTES).putLong(part.length).flip());
      digest.update(part);
    }
    return new TeacherIdentity(name, Sha256.hex(digest));
  }

  /** The teacher's folder in a label store: the name, {@code -}, 12 digits of the hash. */
  public String id() {
    return name + "-" + sha256.substring(0, 12);
  }
}
