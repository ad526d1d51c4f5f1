package io.backfill.simulator.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.simulator.http.Bytes;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LedgerTest {
    private static final byte[] NO_HEADERS = {};

    private final Ledger ledger = new Ledger();

    @Test
    void requestIdsOfEveryShapeShouldComeBackUnchanged() {
        List<String> ids = List.of(
                "batch_req_00112233445566778899aabbccddeeff",
                "abc",
                "f",
                "0f0",
                "UPPER-0F",
                "ünïcode-aa",
                "a".repeat(255));
        ids.forEach(this::received);

        assertThat(ledger.entries())
                .extracting(entry -> entry.requestId().orElseThrow())
                .isEqualTo(ids);
    }

    @Test
    void entriesShouldStayInOrderOfReceiptOverManyChunks() {
        int many = 60_000;
        for (int i = 0; i < many; i++) {
            received("batch_req_" + String.format("%032x", i)).answered(i + 1, 200, "");
        }

        List<LedgerEntry> entries = ledger.entries();

        assertThat(entries).hasSize(many);
        for (int i = 0; i < many; i++) {
            assertThat(entries.get(i).requestId()).hasValue("batch_req_" + String.format("%032x", i));
            assertThat(entries.get(i).answered()).hasValue(i + 1);
        }
    }

    @Test
    void requestsShouldTakeTensOfBytesEach() {
        int many = 200_000;
        Runtime runtime = Runtime.getRuntime();
        System.gc();
        long before = runtime.totalMemory() - runtime.freeMemory();
        for (int i = 0; i < many; i++) {
            received("batch_req_00112233445566778899aabbccddeeff").answered(i, 200, "");
        }
        System.gc();
        long used = runtime.totalMemory() - runtime.freeMemory() - before;
        AtomicInteger lines = new AtomicInteger();
        Bytes line = new Bytes(512);
        ledger.lines(line, () -> {
            line.clear();
            lines.incrementAndGet();
        });

        assertThat(lines).hasValue(many);
        assertThat(used / many).isLessThan(100);
    }

    @Test
    void settlingAfterAClearShouldNotBringTheEntryBack() {
        Ledger.Open open = received("old");
        ledger.clear();
        open.answered(5, 200, "");
        received("new");

        assertThat(ledger.entries()).extracting(LedgerEntry::requestId).containsExactly(Optional.of("new"));
    }

    @Test
    void unansweredRequestsShouldKeepTheirNote() {
        received("a").unanswered("client-gone");

        LedgerEntry entry = ledger.entries().getFirst();

        assertThat(entry.note()).hasValue("client-gone");
        assertThat(entry.answered()).isEmpty();
        assertThat(entry.status()).isEmpty();
    }

    @Test
    void manyThreadsShouldLoseNothing() throws Exception {
        int threads = 8;
        int each = 5_000;
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int t = 0; t < threads; t++) {
                String prefix = "thread-" + t + "-";
                executor.submit(() -> {
                    for (int i = 0; i < each; i++) {
                        received(prefix + i).answered(1, 200, "");
                    }
                });
            }
        }

        assertThat(ledger.entries())
                .hasSize(threads * each)
                .allMatch(entry -> entry.status().isPresent())
                .extracting(LedgerEntry::requestId)
                .doesNotHaveDuplicates();
    }

    private Ledger.Open received(String requestId) {
        return ledger.received(1_000, "/v1/embeddings", "m", new byte[32], requestId, NO_HEADERS);
    }
}
