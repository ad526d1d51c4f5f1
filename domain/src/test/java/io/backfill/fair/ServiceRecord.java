package io.backfill.fair;

import io.backfill.tenants.TenantId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Second by second: what each tenant was served by each model, and whether calls of it waited all the time. */
final class ServiceRecord {
    private record Key(SimulatedModel model, TenantId tenant) {}

    private static final class Account {
        final List<Double> cost = new ArrayList<>();
        final List<Boolean> waited = new ArrayList<>();
        double now;
        int waiting;
        boolean alwaysWaited;
    }

    private final Map<Key, Account> accounts = new HashMap<>();
    private int seconds;

    void waits(SimulatedModel model, TenantId tenant, int change) {
        Account account = of(model, tenant);
        account.waiting += change;
        account.alwaysWaited &= account.waiting > 0;
    }

    void served(SimulatedModel model, TenantId tenant, long cost) {
        of(model, tenant).now += cost;
    }

    private Account of(SimulatedModel model, TenantId tenant) {
        return accounts.computeIfAbsent(new Key(model, tenant), key -> {
            Account made = new Account();
            for (int i = 0; i < seconds; i++) {
                made.cost.add(0.0);
                made.waited.add(false);
            }
            return made;
        });
    }

    void second() {
        seconds++;
        accounts.values().forEach(account -> {
            account.cost.add(account.now);
            account.waited.add(account.alwaysWaited);
            account.now = 0;
            account.alwaysWaited = account.waiting > 0;
        });
    }

    /** A tenant's part in a window, divided by what its weight says; 1 is fair. */
    record Part(TenantId tenant, int from, double ratio, double fairCost) {}

    /** Every part of every window of so many seconds in which calls of at least two tenants waited all the time. */
    List<Part> parts(SimulatedModel model, TenantShares shares, int length, int from) {
        List<Part> parts = new ArrayList<>();
        for (int start = from; start + length <= seconds; start++) {
            Map<TenantId, Double> costs = new HashMap<>();
            double weights = 0;
            double all = 0;
            for (Map.Entry<Key, Account> entry : accounts.entrySet()) {
                if (entry.getKey().model() == model
                        && !entry.getValue()
                                .waited
                                .subList(start, start + length)
                                .contains(false)) {
                    double cost = entry.getValue().cost.subList(start, start + length).stream()
                            .mapToDouble(Double::doubleValue)
                            .sum();
                    costs.put(entry.getKey().tenant(), cost);
                    weights += shares.of(entry.getKey().tenant());
                    all += cost;
                }
            }
            for (Map.Entry<TenantId, Double> entry : costs.entrySet()) {
                double fair = all * shares.of(entry.getKey()) / weights;
                if (costs.size() > 1 && fair > 0) {
                    parts.add(new Part(entry.getKey(), start, entry.getValue() / fair, fair));
                }
            }
        }
        return parts;
    }
}
