package io.backfill.dispatch;

import io.backfill.models.Model;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Records, for each model and kind of line, how long the model has returned nothing but refusals and when it last served a line.
 * Keeps at most {@link #MOST} kinds, the most recently used ones. Thread-safe; never waits.
 */
final class RefusalHistory {
    private static final int MOST = 4096;

    private final LongSupplier nanoTime;
    private final Map<Key, Clock> clocks = new LinkedHashMap<>(16, 0.75f, true);

    private record Key(String model, LineKind kind) {}

    private static final class Clock {
        boolean away;
        /** Time of the first refusal after the last better outcome. */
        long since;

        long newest;
        boolean everServed;
        long servedAt;
    }

    RefusalHistory(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Records the end of an attempt. */
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

    /** Returns whether the model has returned nothing but refusals for as long as its patience. */
    synchronized boolean isOver(Model model, LineKind kind) {
        Clock clock = clocks.get(new Key(model.name(), kind));
        return clock != null
                && clock.away
                && nanoTime.getAsLong() - clock.since
                        >= model.retry().patience().toNanos();
    }

    /** Returns whether the model served a line of the kind after {@code moment}, in nano time. */
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
