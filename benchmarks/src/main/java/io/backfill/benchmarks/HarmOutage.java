package io.backfill.benchmarks;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/** One outage of {@code bench harm}: measures the victim before and after it, and probes and status reads during it. */
final class HarmOutage {
    private static final double LEAST_RATIO = 0.95;
    private static final int BACK_SECONDS = 10;
    private static final int OPEN_CALLS = 32;

    private HarmOutage() {}

    static List<Measure> run(Workplace workplace, String name, Outage.Kind kind, int seconds, String heap)
            throws IOException {
        try (Outage outage = kind.open(workplace);
                HarmScene scene =
                        HarmScene.open(workplace, outage.data(), outage.settings(), offender -> List.of(), heap);
                HarmVictim victim = HarmVictim.begin(scene, seconds + 8 * BACK_SECONDS)) {
            victim.warmUp();
            double alone = victim.rateOver(BACK_SECONDS);
            double back;
            OutageProbe probe = new OutageProbe(scene.gateway(), statusRead(scene, victim));
            try (probe) {
                outage.begin();
                try {
                    victim.rateOver(seconds);
                } finally {
                    outage.end();
                }
                victim.rateOver(BACK_SECONDS);
                back = victim.rateOver(BACK_SECONDS);
            }
            long lost = victim.linesWithoutAnswer();
            AtomicLong received = new AtomicLong();
            scene.victimModel().ledger(request -> received.incrementAndGet());
            List<String> faults = scene.gatewayFaults();
            workplace
                    .out()
                    .printf(
                            Locale.ROOT,
                            "  %s: %.0f lines/s before, %.0f after; liveness at most %.2f s, %d not live; wrong reads %s; %s%n",
                            name,
                            alone,
                            back,
                            probe.slowestLiveness(),
                            probe.notLive(),
                            probe.wrongReads(),
                            faults);
            return List.of(
                    Measure.against(name + ": victim 10 s after it", back, "lines/s", alone, LEAST_RATIO),
                    Measure.atMost(name + ": slowest liveness probe", probe.slowestLiveness(), "s", 1),
                    Measure.atMost(name + ": liveness probes that failed", probe.notLive(), "", 0),
                    Measure.atMost(
                            name + ": status reads neither answered nor refused with 503",
                            probe.wrongReads().size(),
                            "",
                            0),
                    Measure.atMost(name + ": received twice", received.get() - victim.lines(), "lines", OPEN_CALLS),
                    Measure.atMost(name + ": lines lost", lost, "lines", 0),
                    Measure.atMost(name + ": ends, memory that ran out", faults.size(), "", 0));
        }
    }

    private static HttpRequest statusRead(HarmScene scene, HarmVictim victim) {
        return HttpRequest.newBuilder(scene.gateway().baseUrl().resolve("/v1/batches/" + victim.batch()))
                .header(HarmScene.TENANT_HEADER, HarmScene.VICTIM)
                .timeout(Duration.ofSeconds(20))
                .build();
    }
}
