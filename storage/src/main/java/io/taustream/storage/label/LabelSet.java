package io.taustream.storage.label;

import io.taustream.storage.TaustreamException;
import io.taustream.storage.object.ObjectUri;

/**
 * What the labels of one folder are: whose, of which views, in which encoding. How many views of a
 * sample there are is not part of it: a label file holds views 0 to V − 1, and V may grow.
 *
 * @param teacherName the teacher's name in the configuration
 * @param teacherSha256 64 hex digits over the model, its external data and its card
 * @param viewId the policy's name, "-", a 12-digit hash of policy, size and seed
 * @param viewJson the view's description, kept as it is
 * @param classes logits of each row, at least 2
 */
public record LabelSet(
    String teacherName,
    String teacherSha256,
    String viewId,
    String viewJson,
    int classes,
    LabelEncoding encoding) {
  public LabelSet {
    if (!teacherSha256.matches("[0-9a-f]{64}")) {
      throw new TaustreamException(
          "the SHA-256 of teacher '%s' is '%s'; it has 64 hex digits"
              .formatted(teacherName, teacherSha256));
    }
    requireFolderName("teacher name", teacherName);
    requireFolderName("view id", viewId);
    if (classes < 2) {
      throw new TaustreamException("data.classes is %d; at least 2 are needed".formatted(classes));
    }
    if (encoding.bytesPerRow(classes) > LabelFileFormat.BATCH_BYTES) {
      throw new TaustreamException(
          "%d classes as %s take more than %d bytes a row; use top-k"
              .formatted(classes, encoding.text(), LabelFileFormat.BATCH_BYTES));
    }
  }

  private static void requireFolderName(String what, String name) {
    if (name.isEmpty() || name.startsWith(".") || name.contains("/") || name.contains("\\")) {
      throw new TaustreamException(
          "the %s '%s' names a folder: it may not be empty, begin with a dot or hold a slash"
              .formatted(what, name));
    }
  }

  /** The teacher's name, "-", the first 12 hex digits of its SHA-256. */
  public String teacherId() {
    return teacherName + "-" + teacherSha256.substring(0, 12);
  }

  /** {@code <root>/<teacher-id>/<view-id>}. */
  public ObjectUri folder(ObjectUri root) {
    return root.child(teacherId()).child(viewId);
  }

  /** Where the labels of a shard are, in a store with this root. */
  public ObjectUri labelFile(ObjectUri root, String shardName) {
    return folder(root).child(shardName + LabelFolder.SUFFIX);
  }

  /** The same of other views. */
  public LabelSet withView(String id, String json) {
    return new LabelSet(teacherName, teacherSha256, id, json, classes, encoding);
  }

  /**
   * Fails where {@code found} is another set.
   *
   * @param where the file or store that holds {@code found}, for the message
   * @throws LabelsMismatchException naming what was found and what is expected
   */
  void requireSame(LabelSet found, String where) {
    require(where, "teacher", found.teacherName, teacherName);
    require(where, "teacher SHA-256", found.teacherSha256, teacherSha256);
    require(where, "view", found.viewId, viewId);
    require(where, "view", found.viewJson, viewJson);
    require(where, "class count", found.classes, classes);
    require(where, "encoding", text(found.encoding), text(encoding));
  }

  /** Such as {@code dense-f16}, or {@code top-k {k=10, …}}. */
  private static String text(LabelEncoding encoding) {
    return encoding.parameters().isEmpty()
        ? encoding.text()
        : encoding.text() + " " + encoding.parameters();
  }

  private static void require(String where, String what, Object found, Object expected) {
    if (!found.equals(expected)) {
      throw new LabelsMismatchException(
          ("%s was made for other data: its %s is %s, expected is %s; point labels.store at another"
                  + " folder or remove this one")
              .formatted(where, what, found, expected));
    }
  }
}
