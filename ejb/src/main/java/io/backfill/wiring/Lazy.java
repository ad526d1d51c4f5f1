package io.backfill.wiring;

import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A value that is created on first use. Not thread-safe: only the thread that starts the node uses it. */
final class Lazy<T> implements Supplier<T> {
    private final Supplier<T> maker;
    private @Nullable T made;

    Lazy(Supplier<T> maker) {
        this.maker = maker;
    }

    @Override
    public T get() {
        T there = made;
        if (there == null) {
            there = maker.get();
            made = there;
        }
        return there;
    }

    /** Returns the value if it has been created. */
    Optional<T> ifMade() {
        return Optional.ofNullable(made);
    }
}
