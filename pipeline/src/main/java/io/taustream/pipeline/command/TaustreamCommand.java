package io.taustream.pipeline.command;

import io.taustream.pipeline.config.ConfigurationException;
import io.taustream.storage.TaustreamException;
import io.taustream.storage.document.DocumentException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command {@code taustream} itself: it only has others below it. */
@Command(
    name = "taustream",
    description = "Knowledge distillation as a streaming system.",
    versionProvider = VersionProvider.class,
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      DemoCommand.class,
      LabelCommand.class,
      TrainCommand.class,
      RunCommand.class,
      CompareCommand.class,
      EvalCommand.class,
      ExportCommand.class,
      TeacherCommand.class,
      LabelsCommand.class
    })
public final class TaustreamCommand {
  private TaustreamCommand() {}

  /** Runs the command line and returns the process's exit status. */
  public static int execute(String... arguments) {
    ShutdownSignal signal = ShutdownSignal.install();
    int status = ExitStatus.FAILED;
    try {
      status = commandLine(signal).execute(arguments);
      return status;
    } finally {
      signal.commandFinished(status);
    }
  }

  private static CommandLine commandLine(ShutdownSignal signal) {
    CommandLine line = new CommandLine(new TaustreamCommand(), new CommandFactory(signal));
    // Results may hold τ and names in any script, whatever the terminal's locale is.
    line.setOut(new PrintWriter(System.out, true, StandardCharsets.UTF_8));
    line.setErr(new PrintWriter(System.err, true, StandardCharsets.UTF_8));
    line.setExecutionExceptionHandler((failure, command, parsed) -> report(failure, command));
    return line;
  }

  /** One line for what a person can act on; the whole stack for what is a bug. */
  private static int report(Exception failure, CommandLine command) {
    if (failure instanceof TaustreamException) {
      command.getErr().println("taustream: " + failure.getMessage());
      boolean wrongConfiguration =
          failure instanceof ConfigurationException || failure instanceof DocumentException;
      return wrongConfiguration ? ExitStatus.WRONG_USAGE : ExitStatus.FAILED;
    }
    command.getErr().println("taustream: this is a bug, please report it with the lines below");
    failure.printStackTrace(command.getErr());
    return ExitStatus.FAILED;
  }
}
