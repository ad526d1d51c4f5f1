package io.backfill.ids;

import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;

/**
 * The id of the delivery of one event to one webhook endpoint: {@code wh_} and 32 hex digits. Every attempt sends it as
 * {@code webhook-id}, so that a receiver recognizes a repetition.
 */
public record DeliveryId(String value) implements Comparable<DeliveryId> {
    public static final String PREFIX = "wh_";

    /** Number of hex digits that {@link #of} takes from the caller. */
    private static final int REST = TimeOrderedHex.LENGTH - 11;

    public DeliveryId {
        TimeOrderedHex.require(PREFIX, value);
    }

    /**
     * Returns the id of a delivery created at {@code at}.
     *
     * @param digest hex digits that are the same for the same event and endpoint, at least 21
     */
    public static DeliveryId of(Instant at, String digest) {
        HexFormat hex = HexFormat.of();
        return new DeliveryId(PREFIX
                + hex.toHexDigits((int) at.getEpochSecond())
                + hex.toHexDigits(at.getNano() / 1_000_000, 3)
                + digest.substring(0, REST));
    }

    /** Returns the id that {@code text} represents, or empty if it is not a valid id. */
    public static Optional<DeliveryId> parse(String text) {
        return TimeOrderedHex.matches(PREFIX, text) ? Optional.of(new DeliveryId(text)) : Optional.empty();
    }

    @Override
    public int compareTo(DeliveryId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
