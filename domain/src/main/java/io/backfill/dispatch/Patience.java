package io.backfill.dispatch;

import io.backfill.models.Model;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * For how long each model has given nothing but refusals to lines of a kind, and when it last served one. Remembers at most
 * {@link #MOST} kinds, the ones asked last. Thread-safe; never waits.
 */
final class Patience {
    private static final int MOST = 4096;

    private final LongSupplier nanoTime;
    private final Map<Key, Clock> clocks = new LinkedHashMap<>(16, 0.75f, true);

    private record Key(String model, LineKind kind) {}

    private static final class Clock {
        boolean away;
        /** First refusal without anything better since. */
        long since;

        long newest;
        boolean everServed;
        long servedAt;
    }

    Patience(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** An attempt ended. */
    synchronized void note(Model model, LineKind kind, Verdict.Model said) {
        if (said == Verdict.Model.NOTHING) {
            return;
        }
        Clock clock = clocks.computeIfAbsent(new Key(model.name(), kind), key -> new Clock());
        if (clocks.size() > MOST) {
            clocks.remove(clocks.keySet().iterator().next());
        }
        long now = nanoTime.getAsLong();
        if (said == Verdict.Model.AWAY) {
            if (!clock.away || now - clock.newest > silence(model)) {
                clock.since = now;
            }
            clock.away = true;
            clock.newest = now;
        } else {
            clock.away = false;
            if (said == Verdict.Model.SERVES) {
                clock.everServed = true;
                clock.servedAt = now;
            }
        }
    }

    /** Whether the model has given nothing but refusals for its patience. */
    synchronized boolean isOver(Model model, LineKind kind) {
        Clock clock = clocks.get(new Key(model.name(), kind));
        return clock != null
                && clock.away
                && nanoTime.getAsLong() - clock.since
                        >= model.retry().patience().toNanos();
    }

    /** Whether the model served a line of the kind after {@code moment}, in nano time. */
    synchronized boolean servedSince(Model model, LineKind kind, long moment) {
        Clock clock = clocks.get(new Key(model.name(), kind));
        return clock != null && clock.everServed && clock.servedAt - moment > 0;
    }

    /** After this long without a call an earlier refusal no longer counts; waiting lines retry more often than this. */
    private static long silence(Model model) {
        return model.retry()
                .patience()
                .plus(model.retry().max().multipliedBy(2))
                .plus(model.timeout())
                .toNanos();
    }
}
