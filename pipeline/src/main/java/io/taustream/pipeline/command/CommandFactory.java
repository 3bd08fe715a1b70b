package io.taustream.pipeline.command;

import io.taustream.pipeline.graph.StopRequest;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import picocli.CommandLine;
import picocli.CommandLine.IFactory;

/** Gives long-running commands, by their constructor, the request to stop; makes others plainly. */
final class CommandFactory implements IFactory {
  private final StopRequest stop;

  CommandFactory(StopRequest stop) {
    this.stop = stop;
  }

  @Override
  public <K> K create(Class<K> type) throws Exception {
    Constructor<K> stoppable;
    try {
      stoppable = type.getDeclaredConstructor(StopRequest.class);
    } catch (NoSuchMethodException e) {
      return CommandLine.defaultFactory().create(type);
    }
    try {
      return stoppable.newInstance(stop);
    } catch (InvocationTargetException e) {
      throw new IllegalStateException(type + " cannot be made", e);
    }
  }
}
