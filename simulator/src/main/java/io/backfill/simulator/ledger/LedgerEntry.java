package io.backfill.simulator.ledger;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * One request that was received whole.
 *
 * @param requestId its {@code X-Request-Id}, empty without one
 * @param path where it was sent
 * @param model the model it names, empty when it names none or is not JSON
 * @param sha256 of its body, 64 lower-case hexadecimal digits
 * @param received epoch milliseconds, when its last byte was read
 * @param answered epoch milliseconds, just before the last byte of the answer was written; empty while open, and for
 *     answers that were broken on purpose or found nobody to take them
 * @param status HTTP status of the answer; empty where {@code answered} is
 * @param note name of the fault that was injected, or {@code client-gone}; empty otherwise
 * @param headers the headers that were asked for and were there
 */
public record LedgerEntry(
        Optional<String> requestId,
        String path,
        Optional<String> model,
        String sha256,
        long received,
        OptionalLong answered,
        OptionalInt status,
        Optional<String> note,
        Map<String, String> headers) {

    public LedgerEntry {
        headers = Map.copyOf(headers);
    }
}
