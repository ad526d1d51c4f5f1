package io.backfill.fair;

import io.backfill.tenants.TenantId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Records for each second how much each model served each tenant, and whether calls of the tenant waited throughout.
 *
 * <p>Where bytes are scarce, tenants are treated fairly as far as each can use its share. A call beyond what its model may hold
 * needs the overflow seat, of which there is one for all models. While another call has the seat, a tenant that has only such calls
 * gets less than its weight entitles it to, unless the calls of other tenants were stopped for it and slots were left idle, which
 * work conservation forbids. Such a tenant is <em>short</em>: it must not get more than the others, and these must be treated
 * fairly among each other.
 */
final class ServiceRecord {
    private record Key(SimulatedModel model, TenantId tenant) {}

    private static final class Account {
        final List<Double> cost = new ArrayList<>();
        final List<Boolean> waited = new ArrayList<>();
        final List<Boolean> wasShort = new ArrayList<>();
        double now;
        int waiting;
        boolean alwaysWaited;
        boolean shortNow;

        double cost(int start, int end) {
            return cost.subList(start, end).stream()
                    .mapToDouble(Double::doubleValue)
                    .sum();
        }
    }

    private final Map<Key, Account> accounts = new LinkedHashMap<>();
    private int seconds;

    void waits(SimulatedModel model, TenantId tenant, int change) {
        Account account = of(model, tenant);
        account.waiting += change;
        account.alwaysWaited &= account.waiting > 0;
    }

    /** Returns the tenants that have waiting calls. */
    List<TenantId> waiting(SimulatedModel model) {
        return accounts.keySet().stream()
                .filter(key -> key.model() == model && of(key).waiting > 0)
                .map(Key::tenant)
                .toList();
    }

    /** Records that none of the tenant's waiting calls can be sent before others release bytes. */
    void isShort(SimulatedModel model, TenantId tenant) {
        of(model, tenant).shortNow = true;
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
                made.wasShort.add(false);
            }
            return made;
        });
    }

    void second() {
        seconds++;
        accounts.values().forEach(account -> {
            account.cost.add(account.now);
            account.waited.add(account.alwaysWaited);
            account.wasShort.add(account.shortNow);
            account.shortNow = false;
            account.now = 0;
            account.alwaysWaited = account.waiting > 0;
        });
    }

    /**
     * The service that a tenant got in a window, divided by the service that its weight entitles it to; 1 is fair.
     *
     * @param wasShort whether it was unable to use its share at some time in the window
     */
    record Part(TenantId tenant, int from, boolean wasShort, double ratio, double fairCost) {}

    /**
     * Returns the parts of each window of {@code length} seconds in which calls of the tenant and of another one waited throughout.
     * The fair part is computed from the tenants that could use their parts: a tenant that could not leaves the remainder to them.
     */
    List<Part> parts(SimulatedModel model, TenantShares shares, int length) {
        List<Part> parts = new ArrayList<>();
        for (int start = 0; start + length <= seconds; start++) {
            addParts(parts, model, shares, start, start + length);
        }
        return parts;
    }

    private void addParts(List<Part> parts, SimulatedModel model, TenantShares shares, int start, int end) {
        List<Key> waited = accounts.keySet().stream()
                .filter(key -> key.model() == model
                        && !of(key).waited.subList(start, end).contains(false))
                .toList();
        List<Key> able = waited.stream()
                .filter(key -> !of(key).wasShort.subList(start, end).contains(true))
                .toList();
        double weights = able.stream().mapToInt(key -> shares.of(key.tenant())).sum();
        double perWeight =
                able.stream().mapToDouble(key -> of(key).cost(start, end)).sum() / weights;
        for (Key key : waited) {
            double fair = perWeight * shares.of(key.tenant());
            if (waited.size() > 1 && fair > 0) {
                parts.add(new Part(key.tenant(), start, !able.contains(key), of(key).cost(start, end) / fair, fair));
            }
        }
    }

    private Account of(Key key) {
        return of(key.model(), key.tenant());
    }
}
