package io.backfill.simulator.answers;

import io.backfill.simulator.engine.Engine;
import io.backfill.simulator.engine.EngineLoad;
import io.backfill.simulator.http.Bytes;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** The metrics that routers and gateways read from vLLM, under vLLM's names, one series per model. Thread-safe. */
public final class VllmMetrics {
    private final Engine engine;
    private final ConcurrentHashMap<String, Counts> counts = new ConcurrentHashMap<>();

    public VllmMetrics(ServedModels models, Engine engine) {
        this.engine = engine;
        models.names().forEach(this::of);
    }

    void finished(Answer answer) {
        Counts ofModel = of(answer.model());
        boolean cut = !answer.said().isEmpty() && answer.said().getFirst().cut();
        (cut ? ofModel.cut : ofModel.stopped).increment();
        ofModel.promptTokens.add(answer.body().promptTokens());
        ofModel.generatedTokens.add(answer.outputTokens());
    }

    /** Writes the Prometheus text format. */
    public void write(Bytes out) {
        gauge(out, "vllm:num_requests_running", "Requests in execution.", EngineLoad::running);
        gauge(out, "vllm:num_requests_waiting", "Requests waiting to be scheduled.", EngineLoad::waiting);
        gauge(out, "vllm:kv_cache_usage_perc", "Share of the KV cache in use, 1 = all.", EngineLoad::kvCacheUsage);
        family(out, "vllm:request_success_total", "counter", "Requests answered.");
        counts.forEach((model, ofModel) -> {
            sample(out, "vllm:request_success_total", model, ",finished_reason=\"stop\"", (double)
                    ofModel.stopped.sum());
            sample(out, "vllm:request_success_total", model, ",finished_reason=\"length\"", (double) ofModel.cut.sum());
        });
        counter(out, "vllm:prompt_tokens_total", "Prompt tokens processed.", ofModel -> ofModel.promptTokens);
        counter(out, "vllm:generation_tokens_total", "Tokens generated.", ofModel -> ofModel.generatedTokens);
    }

    private Counts of(String model) {
        Counts known = counts.get(model);
        return known != null ? known : counts.computeIfAbsent(model, name -> new Counts());
    }

    private void gauge(Bytes out, String name, String help, ToDoubleFunction<EngineLoad> value) {
        family(out, name, "gauge", help);
        for (String model : counts.keySet()) {
            sample(out, name, model, "", value.applyAsDouble(engine.load(model)));
        }
    }

    private void counter(Bytes out, String name, String help, Function<Counts, LongAdder> value) {
        family(out, name, "counter", help);
        for (Map.Entry<String, Counts> entry : counts.entrySet()) {
            sample(out, name, entry.getKey(), "", (double)
                    value.apply(entry.getValue()).sum());
        }
    }

    private static void family(Bytes out, String name, String type, String help) {
        out.text("# HELP ").text(name).text(" ").text(help).text("\n# TYPE ");
        out.text(name).text(" ").text(type).text("\n");
    }

    private static void sample(Bytes out, String name, String model, String label, double value) {
        out.text(name)
                .text("{engine=\"0\",model_name=")
                .jsonString(model)
                .text(label)
                .text("} ");
        out.text(Double.toString(value)).text("\n");
    }

    private static final class Counts {
        private final LongAdder stopped = new LongAdder();
        private final LongAdder cut = new LongAdder();
        private final LongAdder promptTokens = new LongAdder();
        private final LongAdder generatedTokens = new LongAdder();
    }
}
