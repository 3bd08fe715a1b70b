package io.taustream.pipeline.command;

import picocli.CommandLine.Command;

/** {@code taustream teacher}: only has others below it. */
@Command(
    name = "teacher",
    mixinStandardHelpOptions = true,
    description = "Looks at teachers and judges them.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {TeacherInspectCommand.class, TeacherVerifyCommand.class})
final class TeacherCommand {}
