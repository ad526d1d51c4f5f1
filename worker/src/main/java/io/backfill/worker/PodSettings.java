package io.backfill.worker;

import io.backfill.dispatch.DispatchConfig;
import io.backfill.dispatch.http.HttpConfig;
import io.backfill.ids.BatchId;
import io.backfill.offload.IndexRanges;
import io.backfill.traces.otlp.TracingConfig;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The settings of this pod.
 *
 * @param index the pod's index in its Job
 * @param partition the partition of the plan that the pod runs
 * @param manifestKey key of the Job's manifest in the store
 * @param grace time from SIGTERM to SIGKILL
 * @param spoolBytes disk space for large answers
 * @param tracing empty if nothing is traced
 * @param sealKey content of the gateway's header key file; needed only if headers were captured
 */
record PodSettings(
        BatchId batch,
        int generation,
        int index,
        int partition,
        String manifestKey,
        Duration grace,
        StoreSettings store,
        Optional<String> sealKey,
        DispatchConfig dispatch,
        HttpConfig http,
        long spoolBytes,
        Optional<TracingConfig> tracing) {
    /** Part of the grace period reserved to force results of open calls to the store and to report the end to the cluster. */
    private static final Duration MOST_RESERVE = Duration.ofSeconds(10);

    private static final int DEFAULT_SPOOL_BYTES = 256 << 20;

    private static final Duration MOST_CALL_GRACE = Duration.ofMinutes(9);

    /**
     * Reads {@code environment}.
     *
     * @throws PodFailure 78 naming every variable that is missing or wrong; 64 if the Job has no partition for this pod
     */
    static PodSettings read(Map<String, String> environment) throws PodFailure {
        Variables variables = new Variables(environment);
        Optional<BatchId> batch = variables.needed("BATCH_ID", "the id of a batch", BatchId::new);
        Optional<Integer> generation =
                variables.needed("GENERATION", "a whole number from 1", Variables.whole(1, Integer.MAX_VALUE));
        Optional<List<Integer>> partitions =
                variables.needed("PARTITIONS", "numbers such as 0-41,43", IndexRanges::parse);
        Optional<Integer> index = variables.needed(
                "JOB_COMPLETION_INDEX",
                "a whole number from 0, which Kubernetes sets in an Indexed Job",
                Variables.whole(0, Integer.MAX_VALUE));
        Optional<String> manifest = variables.needed("MANIFEST", "a key in the store", PodSettings::key);
        Optional<Integer> grace = variables.needed("GRACE_SECONDS", "1 to 3600 seconds", Variables.whole(1, 3600));
        Optional<StoreSettings> store = StoreSettings.read(variables);
        Optional<Integer> mostBytes = variables.optional(
                "BACKFILL_DISPATCH_MAX_ANSWER_BYTES", "a number of bytes", Variables.whole(1024, 1 << 30));
        Optional<Integer> threshold = variables.optional(
                "BACKFILL_DISPATCH_SPOOL_THRESHOLD", "4096 to 16777216", Variables.whole(4096, 16 << 20));
        Optional<Integer> spoolBytes = variables.optional(
                "BACKFILL_OFFLOAD_SPOOL_BYTES", "a number of bytes", Variables.whole(1, Integer.MAX_VALUE));
        Optional<Integer> ahead = variables.optional("BACKFILL_JOBS_AHEAD", "1 to 100000", Variables.whole(1, 100_000));
        Optional<Boolean> errorIn200 =
                variables.optional("BACKFILL_BATCHES_ERROR_IN_200", "completed or failed", PodSettings::fails);
        Optional<TracingConfig> tracing = PodTracing.read(variables);
        variables.check();
        if (index.orElseThrow() >= partitions.orElseThrow().size()) {
            throw new PodFailure(
                    ExitCode.BAD_ARGUMENTS,
                    "JOB_COMPLETION_INDEX is " + index.get() + ", but PARTITIONS lists "
                            + partitions.get().size() + " only; the Job has more completions than it should");
        }
        Duration whole = Duration.ofSeconds(grace.orElseThrow());
        return new PodSettings(
                batch.orElseThrow(),
                generation.orElseThrow(),
                index.get(),
                partitions.get().get(index.get()),
                manifest.orElseThrow(),
                whole,
                store.orElseThrow(),
                variables.text("BACKFILL_SEAL_KEY"),
                new DispatchConfig(
                        ahead.orElse(DispatchConfig.DEFAULT.ahead()),
                        callGrace(whole),
                        DispatchConfig.DEFAULT.tick(),
                        DispatchConfig.DEFAULT.checkpointEvery(),
                        errorIn200.orElse(false)),
                new HttpConfig(
                        HttpConfig.DEFAULT.connectTimeout(),
                        mostBytes.orElse(HttpConfig.DEFAULT.maxAnswerBytes()),
                        threshold.orElse(HttpConfig.DEFAULT_SPOOL_THRESHOLD)),
                spoolBytes.orElse(DEFAULT_SPOOL_BYTES),
                tracing);
    }

    /** Returns how long open calls may continue after SIGTERM. */
    private static Duration callGrace(Duration whole) {
        Duration reserve = shorter(MOST_RESERVE, whole.dividedBy(4));
        return shorter(MOST_CALL_GRACE, whole.minus(reserve));
    }

    /** Returns how long this process may run after SIGTERM. */
    Duration patience() {
        return grace.minus(shorter(Duration.ofSeconds(1), grace.dividedBy(10)));
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private static boolean fails(String text) {
        return switch (text) {
            case "failed" -> true;
            case "completed" -> false;
            default -> throw new IllegalArgumentException(text);
        };
    }

    private static String key(String text) {
        if (!text.matches("[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")) {
            throw new IllegalArgumentException(text);
        }
        return text;
    }
}
