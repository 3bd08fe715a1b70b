package com.example.teacher;

import io.taustream.storage.object.ObjectUri;
import io.taustream.teacher.Teacher;
import io.taustream.teacher.TeacherIdentity;
import io.taustream.teacher.TeacherProvider;
import io.taustream.teacher.TeacherRequest;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The worked example of docs/teachers.md: teachers that know the mean colour of each class.
 *
 * <p>{@code model} is a text file, one line a class: mean red, green and blue, from 0 to 255. The
 * option {@code softness} says how far apart colours must be to be told apart, 100 where it is not
 * given.
 */
public final class NearestMeanProvider implements TeacherProvider {
  private static final String TYPE = "nearest-mean";

  /** Goes up when the same file and options give other logits than before. */
  private static final String VERSION = TYPE + " 1";

  private static final String SOFTNESS = "softness";
  private static final int COLOURS = 3;

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public Teacher open(TeacherRequest request) {
    request.allowOptions(SOFTNESS);
    double softness = softness(request);
    String text = read(request, request.requireModel());
    float[][] means = text.lines().map(line -> mean(request, line)).toArray(float[][]::new);
    TeacherIdentity identity =
        TeacherIdentity.over(
            request.name(), utf8(VERSION), utf8(text), utf8(Double.toString(softness)));
    return new NearestMeanTeacher(
        identity, means, softness, request.data().imageSize(), request.allocator());
  }

  private static double softness(TeacherRequest request) {
    String text = request.option(SOFTNESS).orElse("100");
    try {
      double softness = Double.parseDouble(text);
      if (softness > 0) {
        return softness;
      }
    } catch (NumberFormatException e) {
      // Refused below, as is a number that is not above 0.
    }
    throw request.failure(
        "option %s is '%s'; a number above 0 is allowed".formatted(SOFTNESS, text));
  }

  /** The model may lie in any store that Taustream reads. */
  private static String read(TeacherRequest request, ObjectUri model) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (ByteBuffer part : request.objects().read(model).toIterable(1)) {
      byte[] content = new byte[part.remaining()];
      part.get(content);
      bytes.writeBytes(content);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private static float[] mean(TeacherRequest request, String line) {
    String[] numbers = line.strip().split("\\s+");
    float[] mean = new float[COLOURS];
    try {
      for (int i = 0; i < COLOURS && numbers.length == COLOURS; i++) {
        mean[i] = Float.parseFloat(numbers[i]);
      }
    } catch (NumberFormatException e) {
      numbers = new String[0];
    }
    if (numbers.length != COLOURS) {
      throw request.failure(
          "its model has the line '%s'; red, green and blue are expected".formatted(line));
    }
    return mean;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
