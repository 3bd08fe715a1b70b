package io.taustream.pipeline.command;

import picocli.CommandLine.Command;

/** {@code taustream labels}: only has others below it. */
@Command(
    name = "labels",
    mixinStandardHelpOptions = true,
    description = "Looks at stored labels, checks, joins, clears and shares them.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      LabelsInspectCommand.class,
      LabelsVerifyCommand.class,
      LabelsGcCommand.class,
      LabelsMergeCommand.class,
      LabelsExportCommand.class,
      LabelsImportCommand.class
    })
final class LabelsCommand {}
