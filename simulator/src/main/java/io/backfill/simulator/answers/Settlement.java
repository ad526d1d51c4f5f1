package io.backfill.simulator.answers;

import io.backfill.simulator.ledger.Ledger;

/**
 * Records the end of one request in the ledger and in the count of open requests, each exactly once. This happens just
 * before the last bytes of the answer are written, so a client that has an answer finds it in the ledger.
 */
final class Settlement implements AutoCloseable {
    private final Ledger.Open entry;
    private final OpenRequests open;
    private boolean left;

    Settlement(Ledger.Open entry, OpenRequests open) {
        this.entry = entry;
        this.open = open;
    }

    void answered(int status, String note) {
        entry.answered(System.currentTimeMillis(), status, note);
        close();
    }

    /** Records why there is no complete answer. The request may still be open. */
    void unanswered(String note) {
        entry.unanswered(note);
    }

    @Override
    public void close() {
        if (!left) {
            left = true;
            open.leave();
        }
    }
}
