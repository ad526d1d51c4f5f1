package io.backfill.simulator;

import java.io.IOException;

/** Starts a simulator from the command line and serves until the process is ended. */
public final class SimulatorMain {
    private static final int WRONG_USAGE = 2;
    private static final int PORT_TAKEN = 1;

    private SimulatorMain() {}

    public static void main(String[] arguments) {
        if (CommandLine.wantsHelp(arguments)) {
            System.out.print(CommandLine.HELP);
            return;
        }
        SimulatorOptions options;
        try {
            options = CommandLine.parse(arguments);
        } catch (IllegalArgumentException | ArithmeticException wrong) {
            System.err.println("simulator: " + wrong.getMessage());
            System.exit(WRONG_USAGE);
            return;
        }
        try {
            Simulator simulator = Simulator.start(options);
            System.out.println("simulator: " + simulator.baseUrl() + "/v1, models "
                    + String.join(", ", options.models()) + (options.anyModel() ? " and any other" : "") + ", latency "
                    + options.latency());
        } catch (IOException taken) {
            System.err.println(
                    "simulator: cannot listen on " + options.host() + ":" + options.port() + ": " + taken.getMessage());
            System.exit(PORT_TAKEN);
        }
    }
}
