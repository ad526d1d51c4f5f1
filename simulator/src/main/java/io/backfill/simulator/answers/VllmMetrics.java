package io.backfill.simulator.answers;

import io.backfill.simulator.answers.Wording.Said;
import io.backfill.simulator.engine.Engine;
import io.backfill.simulator.engine.EngineLoad;
import io.backfill.simulator.engine.EngineParameters;
import io.backfill.simulator.engine.EngineStatistics;
import io.backfill.simulator.engine.Histogram;
import io.backfill.simulator.engine.TokenRecord;
import io.backfill.simulator.http.Bytes;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * The metrics that routers and gateways read from vLLM, under vLLM's names and with its labels in its order, with one
 * series per model. Thread-safe.
 */
public final class VllmMetrics {
    private final Engine engine;
    private final ConcurrentHashMap<String, Endings> endings = new ConcurrentHashMap<>();

    public VllmMetrics(ServedModels models, Engine engine) {
        this.engine = engine;
        models.names().forEach(this::of);
    }

    void finished(Answer answer) {
        Endings ofModel = of(answer.model());
        if (answer.said().isEmpty()) {
            ofModel.stop.increment();
        }
        for (Said choice : answer.said()) {
            (choice.cut() ? ofModel.length : ofModel.stop).increment();
        }
    }

    /** Records a request whose client has disconnected. */
    void aborted(String model) {
        of(model).abort.increment();
    }

    /** Writes the Prometheus text format. */
    public void write(Bytes out) {
        gauge(out, "vllm:num_requests_running", "Requests in execution.", EngineLoad::running);
        gauge(out, "vllm:num_requests_waiting", "Requests waiting to be scheduled.", EngineLoad::waiting);
        gauge(out, "vllm:kv_cache_usage_perc", "Share of the KV cache in use, 1 = all.", EngineLoad::kvCacheUsage);
        family(out, "vllm:request_success_total", "counter", "Sequences that ended.");
        endings.forEach((model, ofModel) -> {
            ended(out, model, "stop", ofModel.stop.sum());
            ended(out, model, "length", ofModel.length.sum());
            ended(out, model, "abort", ofModel.abort.sum());
            ended(out, model, "error", 0);
            ended(out, model, "repetition", 0);
        });
        counter(out, "vllm:prompt_tokens_total", "Prompt tokens processed.", TokenRecord::promptTokens);
        counter(out, "vllm:generation_tokens_total", "Tokens generated.", TokenRecord::generatedTokens);
        histogram(out, "vllm:time_to_first_token_seconds", "Time to the first token.", TokenRecord::firstToken);
        histogram(out, "vllm:inter_token_latency_seconds", "Time between tokens.", TokenRecord::interToken);
        histogram(out, "vllm:e2e_request_latency_seconds", "Time to the last token.", TokenRecord::endToEnd);
        writeCache(out);
    }

    /** Writes the metrics of the cache. Those of an engine without one are zero, and it reports no size. */
    private void writeCache(Bytes out) {
        Map<String, EngineStatistics> known = new TreeMap<>();
        for (String model : endings.keySet()) {
            engine.statistics(model).ifPresent(ofModel -> known.put(model, ofModel));
        }
        cached(out, "vllm:prefix_cache_queries_total", "Prompt tokens looked up.", known, s -> s.queriedTokens());
        cached(out, "vllm:prefix_cache_hits_total", "Prompt tokens found.", known, s -> s.cachedTokens());
        cached(out, "vllm:num_preemptions_total", "Times that a request gave way.", known, s -> s.preemptions());
        if (known.isEmpty()) {
            return;
        }
        family(out, "vllm:cache_config_info", "gauge", "The cache and its size.");
        known.forEach((model, its) -> {
            EngineParameters parameters = its.parameters();
            out.text("vllm:cache_config_info{block_size=\"")
                    .text(Integer.toString(parameters.blockTokens()))
                    .text("\",enable_prefix_caching=\"")
                    .text(parameters.prefixCaching() ? "True" : "False")
                    .text("\",engine=\"0\"");
            if (known.size() > 1) {
                // vLLM serves one model, and has no such label here. Without it two models would be one series.
                out.text(",model_name=").jsonString(model);
            }
            out.text(",num_gpu_blocks=\"")
                    .text(Integer.toString(parameters.blocks()))
                    .text("\"} 1.0\n");
        });
    }

    private void cached(
            Bytes out,
            String name,
            String help,
            Map<String, EngineStatistics> known,
            ToDoubleFunction<EngineStatistics> value) {
        family(out, name, "counter", help);
        for (String model : endings.keySet()) {
            EngineStatistics its = known.get(model);
            sample(out, name, "", model, its == null ? 0 : value.applyAsDouble(its));
        }
    }

    private void histogram(Bytes out, String name, String help, Function<TokenRecord, Histogram> value) {
        family(out, name, "histogram", help);
        for (String model : endings.keySet()) {
            Histogram histogram = value.apply(engine.tokens(model));
            histogram.forEachBucket((bound, count) -> sample(
                    out,
                    name + "_bucket",
                    ",le=\"" + (Double.isInfinite(bound) ? "+Inf" : Double.toString(bound)) + "\"",
                    model,
                    (double) count));
            sample(out, name + "_count", "", model, (double) histogram.count());
            sample(out, name + "_sum", "", model, histogram.sum());
        }
    }

    private Endings of(String model) {
        Endings known = endings.get(model);
        return known != null ? known : endings.computeIfAbsent(model, name -> new Endings());
    }

    private void gauge(Bytes out, String name, String help, ToDoubleFunction<EngineLoad> value) {
        family(out, name, "gauge", help);
        for (String model : endings.keySet()) {
            sample(out, name, "", model, value.applyAsDouble(engine.load(model)));
        }
    }

    private void counter(Bytes out, String name, String help, ToDoubleFunction<TokenRecord> value) {
        family(out, name, "counter", help);
        for (String model : endings.keySet()) {
            sample(out, name, "", model, value.applyAsDouble(engine.tokens(model)));
        }
    }

    private static void ended(Bytes out, String model, String reason, long count) {
        sample(out, "vllm:request_success_total", ",finished_reason=\"" + reason + "\"", model, count);
    }

    private static void family(Bytes out, String name, String type, String help) {
        out.text("# HELP ").text(name).text(" ").text(help).text("\n# TYPE ");
        out.text(name).text(" ").text(type).text("\n");
    }

    /** Writes a sample with vLLM's labels, which are sorted by name. */
    private static void sample(Bytes out, String name, String label, String model, double value) {
        out.text(name).text("{engine=\"0\"").text(label).text(",model_name=").jsonString(model);
        out.text("} ").text(Double.toString(value)).text("\n");
    }

    private static final class Endings {
        private final LongAdder stop = new LongAdder();
        private final LongAdder length = new LongAdder();
        private final LongAdder abort = new LongAdder();
    }
}
