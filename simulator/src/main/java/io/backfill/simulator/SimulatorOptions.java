package io.backfill.simulator;

import io.backfill.simulator.engine.EngineParameters;
import io.backfill.simulator.engine.Latency;
import java.util.List;
import java.util.Optional;

/**
 * The options of a simulator. {@link #defaults()} is a free port on 127.0.0.1, model {@code tiny-sim} and no latency;
 * each {@code with…} method returns a changed copy.
 *
 * @param host address to listen on
 * @param port 0 selects a free port
 * @param models names of the served models, at least one
 * @param anyModel whether every other name is served too
 * @param latency time of each answer, unless there is an engine
 * @param engine batching engine whose batch all answers share and which determines their time
 * @param speed speed of that engine's time: at 10, ten simulated seconds pass per real second
 * @param seed seed of the random latencies
 * @param ledgerHeaders request headers whose values the ledger keeps
 */
public record SimulatorOptions(
        String host,
        int port,
        List<String> models,
        boolean anyModel,
        Latency latency,
        Optional<EngineParameters> engine,
        double speed,
        long seed,
        List<String> ledgerHeaders) {
    public static final String DEFAULT_MODEL = "tiny-sim";

    public SimulatorOptions {
        models = List.copyOf(models);
        ledgerHeaders = List.copyOf(ledgerHeaders);
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("the port must be between 0 and 65535, not " + port);
        }
        if (!(speed > 0)) {
            throw new IllegalArgumentException("the speed must be positive, not " + speed);
        }
        if (models.isEmpty()) {
            throw new IllegalArgumentException("at least one model is needed");
        }
    }

    public static SimulatorOptions defaults() {
        return new SimulatorOptions(
                "127.0.0.1", 0, List.of(DEFAULT_MODEL), false, Latency.NONE, Optional.empty(), 1, 1, List.of());
    }

    public SimulatorOptions withHost(String newHost) {
        return new SimulatorOptions(newHost, port, models, anyModel, latency, engine, speed, seed, ledgerHeaders);
    }

    public SimulatorOptions withPort(int newPort) {
        return new SimulatorOptions(host, newPort, models, anyModel, latency, engine, speed, seed, ledgerHeaders);
    }

    public SimulatorOptions withModels(String... names) {
        return new SimulatorOptions(host, port, List.of(names), anyModel, latency, engine, speed, seed, ledgerHeaders);
    }

    public SimulatorOptions withAnyModel() {
        return new SimulatorOptions(host, port, models, true, latency, engine, speed, seed, ledgerHeaders);
    }

    public SimulatorOptions withLatency(Latency newLatency) {
        return new SimulatorOptions(host, port, models, anyModel, newLatency, engine, speed, seed, ledgerHeaders);
    }

    /** Simulated time passes {@code newSpeed} times as fast as real time. */
    public SimulatorOptions withEngine(EngineParameters newEngine, double newSpeed) {
        return new SimulatorOptions(
                host, port, models, anyModel, latency, Optional.of(newEngine), newSpeed, seed, ledgerHeaders);
    }

    public SimulatorOptions withEngine(EngineParameters newEngine) {
        return withEngine(newEngine, speed);
    }

    public SimulatorOptions withSeed(long newSeed) {
        return new SimulatorOptions(host, port, models, anyModel, latency, engine, speed, newSeed, ledgerHeaders);
    }

    public SimulatorOptions withLedgerHeaders(String... names) {
        return new SimulatorOptions(host, port, models, anyModel, latency, engine, speed, seed, List.of(names));
    }
}
