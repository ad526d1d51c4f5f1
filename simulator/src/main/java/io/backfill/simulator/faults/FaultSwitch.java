package io.backfill.simulator.faults;

import io.backfill.simulator.engine.Mixing;
import io.backfill.simulator.http.HttpRequest;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The active rules and the counts kept for them. Replacing the rules resets all counts. The header
 * {@code X-Return-Error: STATUS} of a request forces that status whatever the rules are.
 *
 * <p>A rule with {@code first} keeps a count per request id until the rules are replaced.
 */
public final class FaultSwitch {
    private static final String FORCED = "X-Return-Error";

    private volatile Counted current = new Counted(FaultRules.NONE);

    public FaultRules rules() {
        return current.rules;
    }

    public void rules(FaultRules newRules) {
        current = new Counted(newRules);
    }

    /**
     * Returns the fault for this request.
     *
     * @param identity the request id, or any value that is equal for its repetitions
     */
    public Fault pick(HttpRequest request, String identity) {
        Optional<String> forced = request.header(FORCED).filter(status -> status.matches("[2-5]\\d\\d"));
        if (forced.isPresent()) {
            return new Fault(0, Optional.of(FaultRule.answering(Integer.parseInt(forced.get()))));
        }
        Counted counted = current;
        return counted.rules.rules().isEmpty() ? Fault.NONE : counted.pick(request, identity);
    }

    /**
     * The decision.
     *
     * @param extraMs milliseconds to wait in addition to the latency
     * @param rule the rule that determines the answer, if any
     */
    public record Fault(long extraMs, Optional<FaultRule> rule) {
        static final Fault NONE = new Fault(0, Optional.empty());
    }

    private static final class Counted {
        private final FaultRules rules;
        private final AtomicLong requests = new AtomicLong();
        private final AtomicInteger[] hits;
        private final ConcurrentHashMap<String, AtomicInteger> firsts = new ConcurrentHashMap<>();

        Counted(FaultRules rules) {
            this.rules = rules;
            this.hits = new AtomicInteger[rules.rules().size()];
            for (int i = 0; i < hits.length; i++) {
                hits[i] = new AtomicInteger();
            }
        }

        Fault pick(HttpRequest request, String identity) {
            long number = requests.getAndIncrement();
            String body = null;
            long extraMs = 0;
            for (int i = 0; i < hits.length; i++) {
                FaultRule rule = rules.rules().get(i);
                if (!rule.match().isEmpty()) {
                    body = body == null ? request.bodyText() : body;
                    if (!body.contains(rule.match())) {
                        continue;
                    }
                }
                if (!applies(rule, i, number, request, identity)) {
                    continue;
                }
                if (rule.kind() != FaultKind.SLOW) {
                    return new Fault(extraMs, Optional.of(rule));
                }
                extraMs += rule.ms();
            }
            return new Fault(extraMs, Optional.empty());
        }

        private boolean applies(FaultRule rule, int index, long number, HttpRequest request, String identity) {
            if (!rule.header().isEmpty()
                    && request.header(rule.header())
                            .filter(value -> value.contains(rule.headerValue()))
                            .isEmpty()) {
                return false;
            }
            long draw = Mixing.mix(Mixing.mix(rules.seed() + index) + number);
            if (rule.rate() < 1 && Mixing.unit(draw) >= rule.rate()) {
                return false;
            }
            if (rule.first() > 0) {
                AtomicInteger seen = firsts.computeIfAbsent(index + " " + identity, key -> new AtomicInteger());
                if (seen.incrementAndGet() > rule.first()) {
                    return false;
                }
            }
            return rule.times() == 0 || hits[index].incrementAndGet() <= rule.times();
        }
    }
}
