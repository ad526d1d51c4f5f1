package io.backfill.dispatch;

import io.backfill.files.BlobReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Tells a read that failed once, a line that cannot be read, and a store that is away from each other. */
final class LineReads {
    private static final List<Duration> PAUSES =
            List.of(Duration.ofMillis(50), Duration.ofMillis(200), Duration.ofMillis(800));

    private static final byte[] UNREADABLE = "null".getBytes(StandardCharsets.US_ASCII);

    private final BlobReader input;

    LineReads(BlobReader input) {
        this.input = input;
    }

    /** Something that reads the store before it does anything else. */
    @FunctionalInterface
    interface Read<T> {
        T read() throws IOException, InterruptedException;
    }

    /**
     * Reads up to four times within about a second. Nothing is held in between.
     *
     * @return empty when the batch was aborted meanwhile
     * @throws IOException when the last attempt failed, too
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
     * Returns when the store gives other bytes of the input: the failure concerns its own line only then.
     *
     * @throws IOException {@code failure} when it does not
     */
    void requireStore(IOException failure) throws IOException {
        try {
            input.readFully(0, new byte[1], 0, 1);
        } catch (IOException away) {
            throw failure;
        }
    }

    /** The line's {@code custom_id}, or {@code null} as JSON where the store gives other bytes but not these. */
    byte[] customId(LineBody body) throws IOException {
        try {
            return body.customId();
        } catch (IOException e) {
            requireStore(e);
            return UNREADABLE;
        }
    }
}
