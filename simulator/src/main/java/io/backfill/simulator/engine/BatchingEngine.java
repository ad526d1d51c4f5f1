package io.backfill.simulator.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * An engine that batches as vLLM does: one {@link EngineCore} per model, which runs in real time on its own thread.
 * Models do not slow each other down. A generation that is closed early leaves the batch before the next step.
 */
public final class BatchingEngine implements Engine {
    private final EngineParameters parameters;
    private final double speed;
    private final ConcurrentHashMap<String, BatchingLoop> loops = new ConcurrentHashMap<>();
    private volatile boolean closed;

    /** Simulated time passes {@code speed} times as fast as real time. */
    public BatchingEngine(EngineParameters parameters, double speed) {
        if (!(speed > 0)) {
            throw new IllegalArgumentException("the speed must be positive, not " + speed);
        }
        this.parameters = parameters;
        this.speed = speed;
    }

    public EngineParameters parameters() {
        return parameters;
    }

    @Override
    public Generation start(EngineRequest request) throws EngineRefusedException {
        List<CoreRequest> sequences = new ArrayList<>(request.sequences().size());
        BatchedGeneration generation = new BatchedGeneration(loop(request.model()));
        for (EngineRequest.Sequence sequence : request.sequences()) {
            sequences.add(new CoreRequest(
                    sequence.promptBlocks().hashes(),
                    Math.max(1, sequence.promptTokens()),
                    sequence.outputTokens(),
                    request.priority(),
                    generation));
        }
        generation.start(sequences);
        return generation;
    }

    @Override
    public int promptBlockTokens() {
        return parameters.blockTokens();
    }

    @Override
    public EngineLoad load(String model) {
        BatchingLoop loop = loops.get(model);
        return loop == null ? new EngineLoad(0, 0, 0) : loop.load();
    }

    @Override
    public TokenRecord tokens(String model) {
        return loop(model).tokens();
    }

    @Override
    public Optional<EngineStatistics> statistics(String model) {
        return Optional.of(loop(model).statistics());
    }

    @Override
    public void close() {
        closed = true;
        loops.values().forEach(BatchingLoop::close);
    }

    private BatchingLoop loop(String model) {
        BatchingLoop known = loops.get(model);
        BatchingLoop loop =
                known != null ? known : loops.computeIfAbsent(model, name -> new BatchingLoop(name, parameters, speed));
        if (closed) {
            loop.close();
        }
        return loop;
    }
}
