package io.backfill.simulator;

import io.backfill.simulator.engine.EngineParameters;
import io.backfill.simulator.engine.Latency;
import java.util.List;
import java.util.Optional;

/**
 * How a simulator is started. {@link #defaults()} is a free port of 127.0.0.1, model {@code tiny-sim}, no latency; each
 * {@code with…} method returns a changed copy.
 *
 * @param host address to listen on
 * @param port 0 takes a free one
 * @param models names that are answered for, at least one
 * @param anyModel answers for every other name too
 * @param latency time of each answer, unless there is an engine
 * @param engine lets answers take the time they take in this engine, whose batch they share
 * @param speed of that engine's time: 10 makes ten modelled seconds of a real one
 * @param seed other seeds draw other latencies
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
            throw new IllegalArgumentException("a port is between 0 and 65535, but is " + port);
        }
        if (!(speed > 0)) {
            throw new IllegalArgumentException("the speed is positive, but is " + speed);
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

    /** Modelled time passes {@code newSpeed} times as fast as real time. */
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
