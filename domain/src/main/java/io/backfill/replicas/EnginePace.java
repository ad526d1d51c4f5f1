package io.backfill.replicas;

import io.backfill.models.Protection;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Decides how many calls an engine gets and when it gets the next one, from what it does with them. Nothing has to be configured.
 *
 * <ul>
 *   <li>The rate of the engine is measured over a few seconds with one number of calls and then with another. Such measurements
 *       place the {@link Knee}, beyond which more calls make every call longer and add little. The number of calls is the smallest
 *       that reaches nearly the best rate, or a smaller share of it while other clients use the engine. Calls of others count
 *       towards it. Later measurements correct it.
 *   <li>Calls are sent evenly ({@link SendSpacing}), so that few prompts are unread in the engine when another client's request
 *       arrives, and there is time between them for that request.
 *   <li>While nothing is known of an engine, it holds at most {@value #FIRST_TOKENS} prompt tokens.
 *   <li>If target times are configured and the engine's histograms exceed them, the number of calls is reduced further.
 * </ul>
 *
 * <p>The idea of a small deliberate change is that of extremum seeking control (Ariyur and Krstić 2003). Latency of whole calls, on which
 * gradient and Vegas limits depend, is not used, because it follows the length of answers. Not thread-safe. Times are nano times.
 */
public final class EnginePace {
    /** Share of the best rate to reach while no other client uses the engine. */
    private static final double ALONE = 0.985;

    /** The same beside other clients. */
    private static final double BESIDE_OTHERS = 0.84;

    /** Uncached prompt tokens that an unknown engine holds at most, unless one prompt is longer. */
    static final int FIRST_TOKENS = 8192;

    private static final Duration FIRST_WINDOW = Duration.ofSeconds(3);
    private static final Duration SHORTEST_WINDOW = Duration.ofSeconds(6);
    private static final Duration LONGEST_WINDOW = Duration.ofSeconds(60);
    private static final double WINDOW_CALLS = 1.5;

    /** Served calls from which on a rate is meaningful if the engine reports no totals. */
    private static final int ENOUGH_SERVED = 12;

    /** How long the number of calls stays before another one is tried. Doubles with each trial, up to the longest time. */
    private static final long FIRST_PROBE = Duration.ofSeconds(45).toNanos();

    private static final long LONGEST_PROBE = Duration.ofMinutes(3).toNanos();

    /** Length of a measurement of the other number of calls, in usual measurements. Single ones scatter by a tenth. */
    private static final int TRIAL_WINDOWS = 2;

    /** Calls that take less time than this, in seconds, keep no other client waiting. */
    private static final double SHORT_CALL = 0.02;

    /** Calls below the cap by less than this factor cannot be increased by enough. */
    private static final double APART = 1.2;

    /** Largest change of the number of calls at once, as a factor. */
    private static final double MOST_CHANGE = 2;

    /** Change of the number of calls that is worth making, as a factor. */
    private static final double LEAST_CHANGE = 1.25;

    /** Part of the allowed calls that must have been open. Otherwise there were too few lines, and nothing was measured. */
    private static final double USED = 0.7;

    /** Fraction of a call that is not worth another one. */
    private static final double ROUNDING = 0.15;

    private final Knee knee = new Knee();
    private final OtherClients others = new OtherClients();
    private final SendSpacing spacing = new SendSpacing();
    private final TargetTimes targets = new TargetTimes();
    private double cap;
    private double calls;
    private boolean besideOthers;
    private EngineTotals totals = EngineTotals.NONE;
    private double served;
    private int servedInWindow;
    private double promptTokens;
    private double cachedTokens;
    /** Uncached prompt tokens that the engine may hold while its knee is unknown. Grows with the calls that are tried. */
    private long firstTokens = FIRST_TOKENS;

    private RateWindow.@Nullable Moment begin;
    private long settledAt;
    private long probedAt;
    private long probeEvery = FIRST_PROBE;
    /** Number of calls to return to after a trial of another one; 0 outside of a trial. */
    private double home;

    /** @param cap most calls that are ever allowed */
    public EnginePace(int cap, long now) {
        this.cap = cap;
        this.calls = cap;
        this.settledAt = now;
        this.probedAt = now;
    }

    /** Applies a changed cap and keeps what was learned. */
    public void configure(int newCap) {
        if (!knee.isKnown() && calls >= cap) {
            calls = newCap;
        }
        cap = newCap;
        calls = Math.min(calls, cap);
    }

    /** Returns how many calls the engine may have, at least 1. */
    public int calls() {
        // the spacing of calls keeps their mean number at a fraction
        return (int) Math.max(1, Math.ceil(allowed() - ROUNDING));
    }

    private double allowed() {
        return Math.min(calls, targets.most(cap));
    }

    /**
     * Returns whether the engine may hold another call.
     *
     * @param fresh its expected number of uncached prompt tokens
     * @param freshOpen those of the open calls
     */
    public boolean holds(long fresh, long freshOpen) {
        return knee.isKnown() || freshOpen == 0 || freshOpen + fresh <= firstTokens;
    }

    /** Returns when the next call may be sent; empty if it may be sent now. */
    public OptionalLong dueLater(long now) {
        return spacing.isDue(now) ? OptionalLong.empty() : OptionalLong.of(spacing.next());
    }

    /** Records that a call of that expected cost is being sent. */
    public void sent(double cost, long now) {
        spacing.sent(cost, allowed(), now);
    }

    /**
     * Takes a served call into account.
     *
     * @param cost expected cost of the call
     * @param work actual cost
     * @param prompt tokens of its prompt
     * @param cached how many of them were cached
     * @param callSeconds integral of this node's open calls until now
     */
    public void served(
            double seconds, double cost, double work, double prompt, double cached, double callSeconds, long now) {
        spacing.served(seconds, cost);
        served += work;
        servedInWindow++;
        promptTokens += prompt;
        cachedTokens += cached;
        if (totals == EngineTotals.NONE) {
            advance(callSeconds, now);
        }
    }

    /**
     * Takes a poll of the engine into account.
     *
     * @param own this node's calls of all models at the engine
     * @param open those of this model
     */
    public void polled(
            EngineMetrics metrics,
            OwnCalls own,
            int open,
            double callSeconds,
            Optional<Protection> protection,
            long now) {
        others.polled(metrics, own, now);
        totals = metrics.totals();
        protection.ifPresent(configured -> targets.polled(configured, totals, calls, open, now));
        boolean present = others.arePresent(now);
        if (present != besideOthers) {
            besideOthers = present;
            if (knee.isKnown() && !areShort()) {
                moveTo(target(), now);
            }
        }
        advance(callSeconds, now);
    }

    /** Whether other clients use the engine. */
    public boolean isBesideOthers() {
        return besideOthers;
    }

    private void advance(double callSeconds, long now) {
        RateWindow.Moment moment = new RateWindow.Moment(now, callSeconds, totals, served);
        if (begin == null) {
            if (now - settledAt >= 0) {
                begin(moment);
            }
            return;
        }
        long length = now - begin.at();
        if (length < window()
                || !moment.hasTotals() && servedInWindow < ENOUGH_SERVED && length < LONGEST_WINDOW.toNanos()) {
            return;
        }
        double cachedShare = promptTokens == 0 ? 0 : cachedTokens / promptTokens;
        Optional<RateWindow.Sample> sample = RateWindow.between(begin, moment, cachedShare);
        begin(moment);
        if (sample.isPresent() && !knee.isKnown()) {
            // the tokens may have limited the calls
            calls = Math.clamp(sample.get().calls(), 1, calls);
        }
        if (sample.isPresent() && sample.get().calls() >= USED * allowed()) {
            measured(sample.get(), now);
        } else {
            if (home > 0) {
                moveTo(home, now);
                home = 0;
            }
        }
    }

    private void begin(RateWindow.Moment moment) {
        begin = moment;
        servedInWindow = 0;
        promptTokens = 0;
        cachedTokens = 0;
    }

    private void measured(RateWindow.Sample sample, long now) {
        knee.learn(sample.calls() + others.mean(), sample.rate(), now);
        if (home > 0) {
            moveTo(home, now);
            home = 0;
        }
        if (areShort()) {
            if (calls < cap) {
                moveTo(Math.min(cap, calls * MOST_CHANGE), now);
            }
            return;
        }
        double wanted = knee.isKnown() ? target() : calls;
        if (wanted > calls * LEAST_CHANGE || wanted < calls / LEAST_CHANGE) {
            moveTo(Math.clamp(wanted, calls / MOST_CHANGE, calls * MOST_CHANGE), now);
        } else if (now - probedAt >= probeEvery || !knee.isKnown() || knee.isBelow()) {
            probe(now);
        }
    }

    /** Whether calls end so soon, with as many as are open now, that fewer of them would not help other clients. */
    private boolean areShort() {
        return spacing.meanSeconds() > 0 && spacing.meanSeconds() < SHORT_CALL;
    }

    /**
     * Tries another number of calls: more, if possible, because the rate with twice as many is close to the best, so that little is
     * concluded beyond what was measured. Beside others it tries fewer once the knee is known, which costs them nothing.
     */
    private void probe(long now) {
        probedAt = now;
        probeEvery = knee.isKnown() ? Math.min(LONGEST_PROBE, probeEvery * 2) : FIRST_PROBE;
        boolean spares = besideOthers && knee.isKnown() && calls >= MOST_CHANGE;
        boolean fewer = spares || knee.isBelow() || calls * APART > cap;
        double trial = fewer ? Math.max(1, calls / MOST_CHANGE) : Math.min(cap, calls * MOST_CHANGE);
        if (trial != calls) {
            double back = calls;
            moveTo(trial, now);
            home = back;
        }
    }

    private double target() {
        double wanted = besideOthers
                ? knee.callsFor(BESIDE_OTHERS, cap + others.mean()) - others.mean()
                : knee.callsFor(ALONE, cap);
        return Math.clamp(wanted, 1, cap);
    }

    private void moveTo(double newCalls, long now) {
        if (newCalls > calls) {
            firstTokens = (long) Math.min(Integer.MAX_VALUE, firstTokens * newCalls / calls);
        }
        spacing.rescale(knee.slowdown(calls + others.mean(), newCalls + others.mean()));
        calls = newCalls;
        home = 0;
        begin = null;
        settledAt = now + Math.min(FIRST_WINDOW.toNanos(), (long) (spacing.meanSeconds() * 1e9));
    }

    private long window() {
        long ofCalls = (long) (spacing.meanSeconds() * WINDOW_CALLS * 1e9);
        Duration least = knee.isKnown() && !knee.isBelow() ? SHORTEST_WINDOW : FIRST_WINDOW;
        int windows = home > 0 && knee.isKnown() ? TRIAL_WINDOWS : 1;
        return windows * Math.clamp(ofCalls, least.toNanos(), LONGEST_WINDOW.toNanos());
    }
}
