package io.backfill.catalog.jpa;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Converts instants to and from milliseconds since 1970, as stored in the tables. */
final class InstantColumn {
    private InstantColumn() {}

    static Instant read(long millis) {
        return Instant.ofEpochMilli(millis);
    }

    static Optional<Instant> readOptional(@Nullable Long millis) {
        return Optional.ofNullable(millis).map(Instant::ofEpochMilli);
    }

    static @Nullable Long write(Optional<Instant> instant) {
        return instant.map(Instant::toEpochMilli).orElse(null);
    }
}
