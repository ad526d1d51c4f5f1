package io.backfill.simulator.ledger;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * One completely received request.
 *
 * @param requestId its {@code X-Request-Id}, empty if absent
 * @param path the path of the request
 * @param model the model that it names, empty if it names none or is not JSON
 * @param sha256 SHA-256 of the body, 64 lower-case hexadecimal digits
 * @param received epoch milliseconds at which the last byte was read
 * @param answered epoch milliseconds just before the last byte of the answer was written; empty while open, and for
 *     answers that were broken on purpose or not received by the client
 * @param status HTTP status of the answer; empty where {@code answered} is
 * @param note name of the injected fault, or {@code client-gone}; empty otherwise
 * @param headers those of the recorded headers that were present
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
