package io.backfill.dispatch;

import io.backfill.files.BlobReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Distinguishes a read that failed once, a line that cannot be read, and a store that is unavailable. */
final class LineReads {
    private static final List<Duration> PAUSES =
            List.of(Duration.ofMillis(50), Duration.ofMillis(200), Duration.ofMillis(800));

    private static final byte[] UNREADABLE = "null".getBytes(StandardCharsets.US_ASCII);

    private final BlobReader input;

    LineReads(BlobReader input) {
        this.input = input;
    }

    /** An operation that reads the store before it does anything else. */
    @FunctionalInterface
    interface Read<T> {
        T read() throws IOException, InterruptedException;
    }

    /**
     * Reads up to four times within about a second. Holds nothing between attempts.
     *
     * @return empty if the batch was aborted in the meantime
     * @throws IOException if the last attempt failed as well
     */
    <T> Optional<T> repeated(AbortSignal abort, Read<T> read) throws IOException, InterruptedException {
        for (Duration pause : PAUSES) {
            try {
                return Optional.of(read.read());
            } catch (IOException e) {
                if (abort.await(pause)) {
                    return Optional.empty();
                }
            }
        }
        return Optional.of(read.read());
    }

    /**
     * Returns normally if the store returns other bytes of the input; only then does the failure concern a single line.
     *
     * @throws IOException {@code failure} if the store does not
     */
    void requireStore(IOException failure) throws IOException {
        try {
            input.readFully(0, new byte[1], 0, 1);
        } catch (IOException away) {
            throw failure;
        }
    }

    /**
     * Returns the {@code custom_id} of the line, or the JSON literal {@code null} if the store returns other bytes of the input but
     * not these.
     */
    byte[] customId(LineBody body) throws IOException {
        try {
            return body.customId();
        } catch (IOException e) {
            requireStore(e);
            return UNREADABLE;
        }
    }
}
