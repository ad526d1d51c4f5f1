package io.backfill.wiring;

import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Something that is made when it is first asked for. For the one thread that starts the node. */
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

    /** What was made, if anybody asked. */
    Optional<T> ifMade() {
        return Optional.ofNullable(made);
    }
}
