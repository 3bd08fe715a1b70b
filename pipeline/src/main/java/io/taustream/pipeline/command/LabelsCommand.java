package io.taustream.pipeline.command;

import picocli.CommandLine.Command;

/** {@code taustream labels}: only has others below it. */
@Command(
    name = "labels",
    mixinStandardHelpOptions = true,
    description = "Looks at stored labels.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {LabelsInspectCommand.class, LabelsVerifyCommand.class})
final class LabelsCommand {}
