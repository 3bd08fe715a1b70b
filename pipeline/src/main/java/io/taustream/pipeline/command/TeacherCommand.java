package io.taustream.pipeline.command;

import picocli.CommandLine.Command;

/** {@code taustream teacher}: only has others below it. */
@Command(
    name = "teacher",
    mixinStandardHelpOptions = true,
    description = "Looks at teachers.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = TeacherInspectCommand.class)
final class TeacherCommand {}
