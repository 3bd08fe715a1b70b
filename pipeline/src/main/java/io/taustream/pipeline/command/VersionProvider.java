package io.taustream.pipeline.command;

import picocli.CommandLine.IVersionProvider;

/** The version of the jar that runs. */
final class VersionProvider implements IVersionProvider {
  @Override
  public String[] getVersion() {
    String version = VersionProvider.class.getPackage().getImplementationVersion();
    return new String[] {"taustream " + (version == null ? "(unpackaged)" : version)};
  }
}
