package io.taustream.pipeline.command;

import com.example.teacher.NearestMeanProvider;
import io.taustream.teacher.Teacher;
import io.taustream.teacher.TeacherOptions;
import io.taustream.teacher.TeacherProvider;
import io.taustream.teacher.TeacherRequest;
import java.util.Map;
import java.util.Random;

/** Breaks the promise of a stable identity: its teachers are others each time. */
public final class RestlessProvider implements TeacherProvider {
  private final Random random = new Random();

  @Override
  public String type() {
    return "restless";
  }

  @Override
  public Teacher open(TeacherRequest request) {
    Map<String, String> options = Map.of("softness", Double.toString(1 + random.nextDouble()));
    return new NearestMeanProvider()
        .open(
            new TeacherRequest(
                request.name(),
                request.model(),
                request.data(),
                request.execution(),
                new TeacherOptions(options, request.options().base()),
                request.allocator(),
                request.objects(),
                request.scratch()));
  }
}
