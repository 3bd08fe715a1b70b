package io.taustream.student.model;

import java.util.List;

/** Where layers write themselves as operators of an ONNX graph. */
public interface GraphWriter {
  /**
   * Makes one of the student's tensors a constant of the graph.
   *
   * @param name the tensor's full name, as {@link Student#parameters()} and {@link
   *     Student#statistics()} have it
   * @return the value's name
   */
  String tensor(String name);

  /**
   * Adds a constant vector of int64.
   *
   * @param name unique among the graph's values
   * @return the value's name
   */
  String wholes(String name, List<Long> values);

  /**
   * Adds an operator with one output.
   *
   * @param operator its ONNX type, such as {@code Conv}
   * @param name the node's name, unique in the graph
   * @param inputs names of values that are there already
   * @return the name of its output
   */
  String node(String operator, String name, List<String> inputs, Attribute... attributes);

  /** An operator's attribute. */
  sealed interface Attribute {
    String name();

    /** An INT. */
    record Whole(String name, long value) implements Attribute {}

    /** INTS. */
    record Wholes(String name, List<Long> values) implements Attribute {
      public Wholes {
        values = List.copyOf(values);
      }
    }

    /** A FLOAT. */
    record Real(String name, float value) implements Attribute {}

    static Attribute of(String name, long value) {
      return new Whole(name, value);
    }

    static Attribute of(String name, float value) {
      return new Real(name, value);
    }

    static Attribute of(String name, List<Long> values) {
      return new Wholes(name, values);
    }

    /** The same number for height and width. */
    static Attribute square(String name, long value) {
      return of(name, List.of(value, value));
    }

    /** The same number for top, left, bottom and right. */
    static Attribute border(String name, long value) {
      return of(name, List.of(value, value, value, value));
    }
  }
}
