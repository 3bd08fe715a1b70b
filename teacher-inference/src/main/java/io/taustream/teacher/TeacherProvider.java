package io.taustream.teacher;

/**
 * Where teachers of one type come from: the way in for networks that are no ONNX model, and for
 * anything else that turns pixels into logits. Taustream's own ONNX teachers are one provider among
 * the others, {@link OnnxTeacherProvider}.
 *
 * <p>A provider is found with {@link java.util.ServiceLoader}: it is a public class with a public
 * constructor that takes nothing, and the jar that has it names it in {@code
 * META-INF/services/io.taustream.teacher.TeacherProvider}. {@code TAUSTREAM_CLASSPATH} brings the
 * jar to {@code ./taustream}; docs/teachers.md shows all of it with a whole example.
 *
 * <p>A command makes a provider once and may open several teachers of it, one after the other, and
 * the same one twice: first to see who it is, then to label.
 */
public interface TeacherProvider {
  /**
   * The word that {@code teachers[].type} calls it by: letters, digits and {@code . _ + -}, the
   * first a letter, a digit or {@code _}. No two providers may have the same.
   */
  String type();

  /**
   * Opens a teacher. Blocks; called on a thread that may wait, never on one that serves I/O.
   *
   * <p>The teacher belongs to the caller, who closes it once. Where this fails, it leaves nothing
   * open. {@link Teacher} says what a teacher promises. Whoever calls it through Taustream has it
   * checked: name, class count, rows, and that every logit is finite.
   *
   * @throws io.taustream.storage.TaustreamException if there can be no such teacher: one line that
   *     says what was found, what is allowed and what to do. Anything else that is thrown is
   *     reported as a fault of this provider
   */
  Teacher open(TeacherRequest request);
}
