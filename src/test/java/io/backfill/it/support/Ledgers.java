package io.backfill.it.support;

import io.backfill.simulator.Simulator;
import io.backfill.simulator.ledger.LedgerEntry;
import java.util.List;
import java.util.Locale;

/** Finds requests in a simulator's ledger by the ids that the gateway assigns to its calls. */
public final class Ledgers {
    private Ledgers() {}

    /** Returns the received calls of a batch, in order of receipt. */
    public static List<LedgerEntry> of(Simulator model, String batchId) {
        String prefix = callPrefix(batchId);
        return model.ledger().stream()
                .filter(entry ->
                        entry.requestId().filter(id -> id.startsWith(prefix)).isPresent())
                .toList();
    }

    /** Returns the {@code X-Request-Id} of the call for a line, which is also the id of its result. */
    public static String callId(String batchId, int line) {
        return callPrefix(batchId) + String.format(Locale.ROOT, "%08x", line);
    }

    private static String callPrefix(String batchId) {
        return "batch_req_" + batchId.substring("batch_".length(), "batch_".length() + 24);
    }
}
