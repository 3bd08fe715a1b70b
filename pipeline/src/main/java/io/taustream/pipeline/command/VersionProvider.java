package io.taustream.pipeline.command;

import picocli.CommandLine.IVersionProvider;

/** The version of the jar that runs. */
final class VersionProvider implements IVersionProvider {
  /** The version that the jar's manifest states; {@code unpackaged} where there is no jar. */
  static String version() {
    String version = VersionProvider.class.getPackage().getImplementationVersion();
    return version == null ? "unpackaged" : version;
  }

  @Override
  public String[] getVersion() {
    return new String[] {"taustream " + version()};
  }
}
