package io.backfill.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backfill.it.support.BatchView;
import io.backfill.it.support.Batches;
import io.backfill.it.support.InputLines;
import io.backfill.it.support.TwoTenants;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A tenant with very many open batches must not noticeably affect another tenant. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ManyOpenBatchesIT {
    private static final long HEAP_GROWTH = 48L << 20;

    private TwoTenants shared;

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        shared = new TwoTenants(folder);
    }

    @AfterAll
    void stop() throws IOException {
        shared.close();
    }

    /** Regression: with 125 batches on a slow model, another tenant's line for a fast model stayed {@code validating} for minutes. */
    @Test
    void aSlowModelsBatchesShouldNotDelayAFastModelNorASecondTenant() throws Exception {
        String file = shared.victim().upload(InputLines.chat("fast", 1));
        shared.timeToEnd(file);
        Duration alone = shared.timeToEnd(file);
        List<String> ids = shared.open(125, shared.hog().upload(InputLines.chat("slow", 40)));
        await().atMost(Duration.ofSeconds(60)).until(() -> shared.slow().stats().open() == 16);

        Duration other = shared.timeToEnd(file);
        Duration again = shared.timeToEnd(file);
        Duration same = shared.timeToEnd(shared.victim().upload(InputLines.chat("slow", 1)));

        System.out.printf(
                "A line alone ended after %d ms; beside 125 batches on a slow model after %d and %d ms on a fast one, and"
                        + " after %d ms on the same%n",
                alone.toMillis(), other.toMillis(), again.toMillis(), same.toMillis());
        assertThat(List.of(other, again)).allMatch(end -> end.compareTo(Duration.ofSeconds(2)) < 0);
        assertThat(same)
                .as("a place is free after 4 s at most, and the answer takes 4 s")
                .isLessThan(Duration.ofSeconds(14));
        shared.cancel(ids);
    }

    /** An invalid line is reported at once, whatever the backlog. */
    @Test
    void errorsShouldBeShownWithinSecondsWhateverWaits() throws Exception {
        List<String> ids = shared.open(60, shared.hog().upload(InputLines.chat("slow", 40)));
        Batches victims = new Batches(shared.victim());
        String file = shared.victim().upload(InputLines.of("{\"no\": \"line\"}"));

        long before = System.nanoTime();
        victims.awaitEnd(victims.create(file).id(), "failed", Duration.ofSeconds(30));

        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(2));
        shared.cancel(ids);
    }

    @Test
    void aBatchOfWhichOneModelIsDeadShouldFinishTheOthers() {
        InputLines lines = InputLines.chat("fast", 20).andChat("dead", "dead", 5);
        Batches batches = new Batches(shared.hog());
        String id = batches.submit(lines).id();

        batches.await(id, "has 20 lines", batch -> batch.completed() == 20, Duration.ofSeconds(60));
        shared.cancel(List.of(id));
    }

    @Test
    void fourHundredOpenBatchesShouldBeAnOrdinaryState() throws Exception {
        // another test class may run beside this one, so that the processors are not its own
        shared.cancel(openBatchesShouldBeAnOrdinaryState(shared, 400, Duration.ofMillis(200)));
    }

    @Test
    @Tag("slow")
    @Timeout(1800)
    void tenThousandOpenBatchesShouldBeAnOrdinaryState(@TempDir Path folder) throws Exception {
        try (TwoTenants own = new TwoTenants(folder)) {
            openBatchesShouldBeAnOrdinaryState(own, 10_000, Duration.ofMillis(50));
        }
    }

    private static List<String> openBatchesShouldBeAnOrdinaryState(TwoTenants tenants, int count, Duration listP99)
            throws Exception {
        String file = tenants.victim().upload(InputLines.chat("fast", 1));
        tenants.timeToEnd(file);
        long heapBefore = heapAfterCollection(tenants.gateway().pid());
        long threadsBefore = threads(tenants.gateway().pid());

        long begin = System.nanoTime();
        List<String> ids = tenants.open(count, tenants.hog().upload(InputLines.chat("dead", 1)));
        long created = System.nanoTime();
        List<Long> meanwhile = new ArrayList<>();
        for (int run = 0; run < 3; run++) {
            meanwhile.add(tenants.timeToEnd(file).toMillis());
        }
        Batches batches = new Batches(tenants.hog());
        batches.await(ids.getLast(), "planned", ManyOpenBatchesIT::isPlanned, Duration.ofMinutes(15));
        long planned = System.nanoTime();
        List<Long> ends = new ArrayList<>();
        for (int run = 0; run < 5; run++) {
            ends.add(tenants.timeToEnd(file).toMillis());
        }
        long[] lists = new long[200];
        for (int run = 0; run < lists.length; run++) {
            long asked = System.nanoTime();
            tenants.hog().get("/v1/batches?limit=20").expect(200);
            lists[run] = System.nanoTime() - asked;
        }
        Arrays.sort(lists);
        long threads = threads(tenants.gateway().pid());
        long heap = heapOnceSettled(tenants.gateway().pid(), heapBefore + HEAP_GROWTH);

        System.out.printf(
                "%,d open batches, created in %.1f s, planned %.1f s later: another tenant's line ended after %s ms while"
                        + " they were planned and %s ms afterwards; GET /v1/batches p50 %.1f ms, p99 %.1f ms;"
                        + " heap %d -> %d MiB, threads %d -> %d%n",
                count,
                (created - begin) / 1e9,
                (planned - created) / 1e9,
                meanwhile,
                ends,
                lists[100] / 1e6,
                lists[197] / 1e6,
                heapBefore >> 20,
                heap >> 20,
                threadsBefore,
                threads);
        assertThat(meanwhile).allMatch(millis -> millis < 2_000);
        assertThat(ends).allMatch(millis -> millis < 2_000);
        assertThat(Duration.ofNanos(lists[197])).isLessThanOrEqualTo(listP99);
        assertThat(threads).isLessThan(threadsBefore + 60);
        assertThat(heap - heapBefore).isLessThan(HEAP_GROWTH);
        return ids;
    }

    private static boolean isPlanned(BatchView batch) {
        return batch.status().equals("in_progress");
    }

    private static long threads(long pid) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
                .filter(line -> line.startsWith("Threads:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }

    /**
     * H2 keeps a description of everything it wrote in the last 45 s, so the heap usage still falls for a while after much
     * planning.
     */
    private static long heapOnceSettled(long pid, long below) throws IOException, InterruptedException {
        long heap = heapAfterCollection(pid);
        long giveUp = System.nanoTime() + Duration.ofSeconds(90).toNanos();
        while (heap >= below && System.nanoTime() - giveUp < 0) {
            heap = heapAfterCollection(pid);
        }
        return heap;
    }

    private static long heapAfterCollection(long pid) throws IOException, InterruptedException {
        jcmd(pid, "GC.run");
        return jcmd(pid, "GC.heap_info")
                .lines()
                .filter(line -> line.contains(" total ") && line.contains(" used "))
                .mapToLong(line -> Long.parseLong(line.replaceAll(".* used (\\d+)K.*", "$1")) << 10)
                .sum();
    }

    private static String jcmd(long pid, String command) throws IOException, InterruptedException {
        Process jcmd = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(), Long.toString(pid), command)
                .redirectErrorStream(true)
                .start();
        String said = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(jcmd.waitFor()).as(said).isZero();
        return said;
    }
}
