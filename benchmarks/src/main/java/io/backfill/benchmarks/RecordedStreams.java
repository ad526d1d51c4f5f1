package io.backfill.benchmarks;

import java.util.ArrayList;
import java.util.List;

/**
 * What was seen with a real vLLM while a streaming client shared it with a batch of a fixed number of open calls. Not everything was
 * recorded in every run: NaN.
 *
 * @param source who sent the batch: {@code plain} for a client without a gateway, {@code busy} for the same while other programs
 *     used a third of the processor, {@code gateway} for a gateway on the same two cores
 */
record RecordedStreams(String source, int inFlight, StreamingClientScene.Figures figures) {
    static List<RecordedStreams> read() {
        return RecordedTable.read("vllm-cpu-tiny-streams.csv").stream()
                .map(row -> new RecordedStreams(
                        row.get("source"),
                        (int) row.number("in-flight"),
                        new StreamingClientScene.Figures(
                                row.number("batch-per-second"),
                                row.number("call-seconds"),
                                row.number("ttft-p50-ms"),
                                row.number("ttft-p95-ms"),
                                row.number("itl-p50-ms"),
                                row.number("itl-p95-ms"),
                                row.number("tpot-p50-ms"),
                                row.number("tpot-p95-ms"))))
                .toList();
    }

    /** Returns rows that compare simulated figures with these. */
    List<Measure> beside(String label, StreamingClientScene.Figures simulated) {
        String prefix = label + ", of " + source + ": ";
        List<Measure> rows = new ArrayList<>();
        add(rows, prefix + "batch", "calls/s", simulated.batchPerSecond(), figures.batchPerSecond());
        add(rows, prefix + "time of a call", "s", simulated.callSeconds(), figures.callSeconds());
        add(rows, prefix + "TTFT p50", "ms", simulated.ttftMedian(), figures.ttftMedian());
        add(rows, prefix + "TTFT p95", "ms", simulated.ttftTail(), figures.ttftTail());
        add(rows, prefix + "between tokens p50", "ms", simulated.itlMedian(), figures.itlMedian());
        add(rows, prefix + "between tokens p95", "ms", simulated.itlTail(), figures.itlTail());
        add(rows, prefix + "mean between tokens p50", "ms", simulated.tpotMedian(), figures.tpotMedian());
        add(rows, prefix + "mean between tokens p95", "ms", simulated.tpotTail(), figures.tpotTail());
        return rows;
    }

    private static void add(List<Measure> rows, String measure, String unit, double simulated, double recorded) {
        if (recorded > 0) {
            rows.add(Measure.beside(measure, simulated, unit, recorded));
        }
    }
}
