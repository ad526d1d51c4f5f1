package io.backfill.feed;

import io.backfill.ids.BatchId;
import io.backfill.results.ResultKind;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * How much of each stream a reader has. Contains nothing that depends on a node or on the status of the batch. Immutable.
 *
 * <p>As text: base64url of a version byte, a checksum over the batch's id and what follows, and for each stream of which the reader
 * has a part two numbers in base 128, for the stream and for the position. It takes about 8 characters a stream.
 */
public final class FeedCursor {
    /** Before the first line. */
    public static final FeedCursor START = new FeedCursor(new TreeMap<>());

    private static final byte VERSION = 1;
    private static final int HEAD_BYTES = 1 + Integer.BYTES;
    private static final int MOST_NUMBER_BYTES = 9;
    private static final int MOST_CHARACTERS = 1 << 17;

    private final SortedMap<FeedStream, Long> positions;

    private FeedCursor(SortedMap<FeedStream, Long> positions) {
        this.positions = Collections.unmodifiableSortedMap(positions);
    }

    /** Returns the cursor that {@code text} represents, or empty if it is not one of this batch. */
    public static Optional<FeedCursor> parse(BatchId batch, String text) {
        if (text.length() > MOST_CHARACTERS) {
            return Optional.empty();
        }
        try {
            ByteBuffer bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(text));
            if (bytes.remaining() < HEAD_BYTES || bytes.get() != VERSION) {
                return Optional.empty();
            }
            int sum = bytes.getInt();
            if (sum != checksum(batch, bytes.slice())) {
                return Optional.empty();
            }
            SortedMap<FeedStream, Long> positions = new TreeMap<>();
            while (bytes.hasRemaining()) {
                FeedStream stream = stream(number(bytes));
                positions.put(stream, number(bytes));
            }
            return Optional.of(new FeedCursor(positions));
        } catch (IllegalArgumentException | BufferUnderflowException notACursor) {
            return Optional.empty();
        }
    }

    /** Returns the text that {@link #parse} reads, in characters that need no escaping in a URL. */
    public String text(BatchId batch) {
        ByteBuffer bytes = ByteBuffer.allocate(HEAD_BYTES + positions.size() * 2 * MOST_NUMBER_BYTES);
        bytes.put(VERSION).putInt(0);
        positions.forEach((stream, position) -> {
            put(bytes, number(stream));
            put(bytes, position);
        });
        bytes.flip();
        bytes.putInt(1, checksum(batch, bytes.slice(HEAD_BYTES, bytes.limit() - HEAD_BYTES)));
        byte[] content = new byte[bytes.limit()];
        bytes.get(content);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(content);
    }

    private static int checksum(BatchId batch, ByteBuffer content) {
        CRC32C sum = new CRC32C();
        sum.update(batch.value().getBytes(StandardCharsets.US_ASCII));
        sum.update(content);
        return (int) sum.getValue();
    }

    private static long number(FeedStream stream) {
        long partition = stream.partition() == FeedStream.REST ? 0 : stream.partition() + 1L;
        return partition * 2 + stream.kind().ordinal();
    }

    private static FeedStream stream(long number) {
        long partition = number / 2;
        return new FeedStream(
                partition == 0 ? FeedStream.REST : Math.toIntExact(partition - 1),
                ResultKind.values()[(int) (number % 2)]);
    }

    private static void put(ByteBuffer bytes, long number) {
        long rest = number;
        while (rest > 0x7F) {
            bytes.put((byte) (rest & 0x7F | 0x80));
            rest >>>= 7;
        }
        bytes.put((byte) rest);
    }

    private static long number(ByteBuffer bytes) {
        long number = 0;
        for (int i = 0; i < MOST_NUMBER_BYTES; i++) {
            byte next = bytes.get();
            number |= (next & 0x7FL) << 7 * i;
            if (next >= 0) {
                return number;
            }
        }
        throw new IllegalArgumentException("a number that is too large");
    }

    long at(FeedStream stream) {
        return positions.getOrDefault(stream, 0L);
    }

    /** Returns a cursor that has the stream up to {@code position}, and of the other streams what this one has. */
    FeedCursor with(FeedStream stream, long position) {
        SortedMap<FeedStream, Long> changed = new TreeMap<>(positions);
        changed.put(stream, position);
        return new FeedCursor(changed);
    }

    Map<FeedStream, Long> positions() {
        return positions;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FeedCursor cursor && positions.equals(cursor.positions);
    }

    @Override
    public int hashCode() {
        return positions.hashCode();
    }

    @Override
    public String toString() {
        return positions.toString();
    }
}
