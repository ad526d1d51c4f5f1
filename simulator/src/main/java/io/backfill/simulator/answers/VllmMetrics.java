package io.backfill.simulator.answers;

import io.backfill.simulator.engine.Engine;
import io.backfill.simulator.engine.EngineLoad;
import io.backfill.simulator.engine.EngineParameters;
import io.backfill.simulator.engine.EngineStatistics;
import io.backfill.simulator.engine.Histogram;
import io.backfill.simulator.http.Bytes;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * The metrics that routers and gateways read from vLLM, under vLLM's names, with one series per model. Thread-safe.
 */
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
        writeStatistics(out);
    }

    /** Writes the metrics that only an engine with a cache and steps has. */
    private void writeStatistics(Bytes out) {
        Map<String, EngineStatistics> all = new TreeMap<>();
        for (String model : counts.keySet()) {
            engine.statistics(model).ifPresent(ofModel -> all.put(model, ofModel));
        }
        if (all.isEmpty()) {
            return;
        }
        family(out, "vllm:cache_config_info", "gauge", "The cache and its size.");
        all.forEach((model, its) -> sample(out, "vllm:cache_config_info", model, cacheLabels(its.parameters()), 1));
        counter(out, "vllm:prefix_cache_queries_total", "Prompt tokens looked up.", all, s -> s.queriedTokens());
        counter(out, "vllm:prefix_cache_hits_total", "Prompt tokens found.", all, s -> s.cachedTokens());
        counter(out, "vllm:num_preemptions_total", "Times that work gave way.", all, s -> s.preemptions());
        histogram(out, "vllm:time_to_first_token_seconds", "Time to the first token.", all, s -> s.firstToken());
        histogram(out, "vllm:inter_token_latency_seconds", "Time between tokens.", all, s -> s.interToken());
        histogram(out, "vllm:e2e_request_latency_seconds", "Time to the last token.", all, s -> s.endToEnd());
    }

    private static String cacheLabels(EngineParameters parameters) {
        return ",block_size=\"" + parameters.blockTokens() + "\",num_gpu_blocks=\"" + parameters.blocks()
                + "\",enable_prefix_caching=\"" + (parameters.prefixCaching() ? "True" : "False") + "\"";
    }

    private static void counter(
            Bytes out,
            String name,
            String help,
            Map<String, EngineStatistics> all,
            ToDoubleFunction<EngineStatistics> value) {
        family(out, name, "counter", help);
        all.forEach((model, its) -> sample(out, name, model, "", value.applyAsDouble(its)));
    }

    private static void histogram(
            Bytes out,
            String name,
            String help,
            Map<String, EngineStatistics> all,
            Function<EngineStatistics, Histogram> value) {
        family(out, name, "histogram", help);
        all.forEach((model, its) -> {
            Histogram histogram = value.apply(its);
            histogram.forEachBucket((bound, count) -> sample(
                    out,
                    name + "_bucket",
                    model,
                    ",le=\"" + (Double.isInfinite(bound) ? "+Inf" : Double.toString(bound)) + "\"",
                    (double) count));
            sample(out, name + "_sum", model, "", histogram.sum());
            sample(out, name + "_count", model, "", (double) histogram.count());
        });
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
