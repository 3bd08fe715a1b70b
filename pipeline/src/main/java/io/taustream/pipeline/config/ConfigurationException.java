package io.taustream.pipeline.config;

import io.taustream.storage.TaustreamException;

/** A configuration that cannot be run as it stands; the command line exits with status 2. */
public class ConfigurationException extends TaustreamException {
  private static final long serialVersionUID = 1L;

  public ConfigurationException(String message) {
    super(message);
  }

  public ConfigurationException(String message, Throwable cause) {
    super(message, cause);
  }
}
