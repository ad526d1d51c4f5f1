package io.backfill.simulator;

import io.backfill.simulator.answers.InferenceCalls;
import io.backfill.simulator.answers.OpenRequests;
import io.backfill.simulator.answers.Replies;
import io.backfill.simulator.answers.ServedModels;
import io.backfill.simulator.answers.VllmMetrics;
import io.backfill.simulator.engine.BatchingEngine;
import io.backfill.simulator.engine.Engine;
import io.backfill.simulator.engine.EngineLoad;
import io.backfill.simulator.engine.EngineStatistics;
import io.backfill.simulator.engine.Latency;
import io.backfill.simulator.engine.LatencyEngine;
import io.backfill.simulator.faults.FaultRule;
import io.backfill.simulator.faults.FaultRules;
import io.backfill.simulator.faults.FaultSwitch;
import io.backfill.simulator.http.Listener;
import io.backfill.simulator.ledger.Ledger;
import io.backfill.simulator.ledger.LedgerEntry;
import io.backfill.simulator.ledger.RecordedHeaders;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * A running simulator. Thread-safe. {@link #close} drops every connection at once, as a crashing server would. Afterwards
 * another simulator may be started on the same port.
 *
 * <pre>{@code
 * try (Simulator sim = Simulator.start(SimulatorOptions.defaults())) {
 *     sim.faults(FaultRule.answering(500).first(2));
 *     ... call sim.baseUrl() + "/v1/chat/completions" ...
 *     assertThat(sim.ledger()).hasSize(3);
 * }
 * }</pre>
 */
public final class Simulator implements AutoCloseable {
    private final SimulatorOptions options;
    private final Listener listener;
    private final Engine engine;
    private final FaultSwitch faults;
    private final Ledger ledger;
    private final OpenRequests open;

    /** Binds the port and starts serving. Throws {@link IOException} if the port is in use. */
    public static Simulator start(SimulatorOptions options) throws IOException {
        return new Simulator(options);
    }

    private Simulator(SimulatorOptions options) throws IOException {
        this.options = options;
        this.engine = options.engine().isPresent()
                ? new BatchingEngine(options.engine().get(), options.speed())
                : new LatencyEngine(options.latency(), options.seed());
        this.faults = new FaultSwitch();
        this.ledger = new Ledger();
        this.open = new OpenRequests();
        ServedModels models = new ServedModels(options.models(), options.anyModel());
        VllmMetrics metrics = new VllmMetrics(models, engine);
        RecordedHeaders recorded = new RecordedHeaders(options.ledgerHeaders());
        InferenceCalls calls = new InferenceCalls(new Replies(models, engine, metrics), faults, ledger, recorded, open);
        Routes routes =
                new Routes(calls, new ModelPages(models, metrics), new AdminPages(faults, engine, ledger, open));
        this.listener = new Listener(options.host(), options.port(), routes).start();
    }

    public int port() {
        return listener.port();
    }

    /** Returns {@code http://HOST:PORT}, without a path. */
    public String baseUrl() {
        return "http://" + options.host() + ":" + port();
    }

    /**
     * Returns all requests received since the start or {@link #clearLedger}, in order of receipt, including open ones.
     */
    public List<LedgerEntry> ledger() {
        return ledger.entries();
    }

    /** Clears the ledger and resets the counts of {@link #stats}. */
    public void clearLedger() {
        ledger.clear();
        open.clear();
    }

    /** Replaces the fault rules. Without rules all answers are correct. */
    public void faults(FaultRule... rules) {
        faults.rules(FaultRules.of(rules));
    }

    /** Replaces the fault rules by those in their JSON form. */
    public void faults(String json) {
        faults.rules(FaultRules.parse(json));
    }

    /** Sets the latency of requests that start from now on. Not supported with a batching engine. */
    public void latency(Latency latency) {
        if (!(engine instanceof LatencyEngine timed)) {
            throw new IllegalStateException("the batching engine has no latency setting");
        }
        timed.latency(latency);
    }

    /** Returns the statistics of a model's engine; empty unless it is a batching engine. */
    public Optional<EngineStatistics> engineStatistics(String model) {
        return engine.statistics(model);
    }

    /** Returns the load of a model's engine. */
    public EngineLoad engineLoad(String model) {
        return engine.load(model);
    }

    public OpenRequests.Stats stats() {
        return open.stats();
    }

    @Override
    public void close() throws IOException {
        engine.close();
        listener.close();
    }
}
