package io.backfill.simulator;

import java.io.IOException;
import java.util.List;

/** Starts a simulator from the command line and serves until the process ends. */
public final class SimulatorMain {
    private static final int WRONG_USAGE = 2;
    private static final int PORT_TAKEN = 1;

    private SimulatorMain() {}

    public static void main(String[] arguments) {
        if (CommandLine.wantsHelp(arguments)) {
            System.out.print(CommandLine.HELP);
            return;
        }
        List<SimulatorOptions> replicas;
        try {
            replicas = CommandLine.parse(arguments);
        } catch (IllegalArgumentException | ArithmeticException wrong) {
            System.err.println("simulator: " + wrong.getMessage());
            System.exit(WRONG_USAGE);
            return;
        }
        for (SimulatorOptions options : replicas) {
            if (!started(options)) {
                System.exit(PORT_TAKEN);
            }
        }
        replicas.getFirst().engine().ifPresent(engine -> System.out.println("simulator: engine " + engine));
    }

    private static boolean started(SimulatorOptions options) {
        try {
            Simulator simulator = Simulator.start(options);
            System.out.println("simulator: " + simulator.baseUrl() + "/v1, models "
                    + String.join(", ", options.models()) + (options.anyModel() ? " and any other" : "")
                    + (options.engine().isPresent()
                            ? ", batching at speed " + options.speed()
                            : ", latency " + options.latency()));
            return true;
        } catch (IOException taken) {
            System.err.println(
                    "simulator: cannot listen on " + options.host() + ":" + options.port() + ": " + taken.getMessage());
            return false;
        }
    }
}
