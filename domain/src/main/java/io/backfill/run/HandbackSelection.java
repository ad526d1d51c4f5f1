package io.backfill.run;

import static java.lang.System.Logger.Level.DEBUG;

import io.backfill.tenants.TenantId;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Selects the batches to hand back: batches without a usable model, except for one per model; batches of a tenant that holds more
 * than its part of the threads while a batch of another tenant lacks threads or the reserve is used up; and, if more than 32
 * tenants compete for a model, the batch that was served longest. A batch keeps its place for at least ten seconds, because a
 * hand-back costs a commit and a claim.
 */
final class HandbackSelection {
    private static final System.Logger LOG = System.getLogger("io.backfill.run");

    private static final Duration QUANTUM = Duration.ofSeconds(10);

    /** How long a batch without a usable model keeps its place: a replica that failed twice in a row may recover immediately. */
    private static final Duration STUCK = Duration.ofSeconds(1);

    private final Occupancy now;
    private final ModelAvailability capacity;
    private final int reserve;
    private final int probeThreads;
    private final long nanoTime;
    private final Set<RunningBatch> handedBack = new LinkedHashSet<>();

    /**
     * @param reserve number of threads to keep free
     * @param probeThreads maximum number of threads that all batches without a usable model together may keep
     */
    HandbackSelection(Occupancy now, ModelAvailability capacity, int reserve, int probeThreads, long nanoTime) {
        this.now = now;
        this.capacity = capacity;
        this.reserve = reserve;
        this.probeThreads = probeThreads;
        this.nanoTime = nanoTime;
    }

    List<RunningBatch> of(BlockedBatches blocked) {
        addStuck();
        blocked.turns().forEach(this::addForTurn);
        blocked.threads().forEach(this::addForThreads);
        addForReserve();
        return List.copyOf(handedBack);
    }

    private void addStuck() {
        Set<String> probed = new HashSet<>();
        now.seats().stream()
                .filter(seat -> !seat.leaving() && !seat.inPods() && !seat.isStuck(capacity))
                .forEach(seat -> probed.addAll(seat.left().keySet()));
        int kept = 0;
        for (DispatchPlace seat : now.seats()) {
            if (seat.leaving() || !seat.isStuck(capacity)) {
                continue;
            }
            if (!probed.containsAll(seat.left().keySet()) && kept < probeThreads) {
                probed.addAll(seat.left().keySet());
                kept += seat.threads();
            } else if (servedFor(seat, STUCK)) {
                handBack(seat, "no replica of its models responds");
            }
        }
    }

    private void handBack(DispatchPlace seat, String why) {
        if (seat.batch().map(handedBack::add).orElse(false)) {
            LOG.log(
                    DEBUG,
                    () -> "Batch %s gives up its place and %d threads: %s".formatted(seat.id(), seat.threads(), why));
        }
    }

    private void addForTurn(String model, int tenants) {
        now.sending(model)
                .filter(this::mayLeave)
                .limit(tenants)
                .forEach(seat -> handBack(seat, "its turn is over, other tenants wait for model " + model));
    }

    private void addForThreads(TenantId tenant, int wanted) {
        int held = keptBy(tenant);
        Set<TenantId> tenants = now.tenants();
        tenants.add(tenant);
        int part = part(tenants.size());
        if (held + wanted <= Math.max(part, wanted)) {
            take(held == 0 ? wanted : wanted + reserve, part, Optional.of(tenant));
        }
    }

    /** Restores the reserve after new tenants have used it. */
    private void addForReserve() {
        int tenants = now.tenants().size();
        if (tenants > 1) {
            take(reserve, part(tenants), Optional.empty());
        }
    }

    private int part(int tenants) {
        return (now.threads() - reserve) / tenants;
    }

    /** Hands back batches until {@code wanted} threads are free or no tenant has more than its part. */
    private void take(int wanted, int part, Optional<TenantId> forTenant) {
        int coming = now.free()
                + now.seats().stream()
                        .filter(seat -> seat.leaving() || isHandedBack(seat))
                        .mapToInt(DispatchPlace::threads)
                        .sum();
        while (coming < wanted) {
            Optional<DispatchPlace> next = now.seats().stream()
                    .filter(seat -> mayLeave(seat) && !forTenant.equals(Optional.of(seat.tenant())))
                    .filter(seat -> keptBy(seat.tenant()) > Math.max(part, seat.threads()))
                    .max(Comparator.<DispatchPlace>comparingInt(seat -> keptBy(seat.tenant()))
                            .thenComparingInt(DispatchPlace::threads))
                    .or(() -> inTurn(forTenant));
            if (next.isEmpty()) {
                return;
            }
            coming += next.get().threads();
            handBack(
                    next.get(),
                    forTenant
                            .map(tenant -> "tenant " + tenant + " waits for threads")
                            .orElse("the reserve of threads for other tenants is used up"));
        }
    }

    /**
     * If no tenant has more than its part or more than a single batch, selects the oldest seat in favor of a tenant that holds
     * nothing.
     */
    private Optional<DispatchPlace> inTurn(Optional<TenantId> forTenant) {
        return forTenant.filter(tenant -> keptBy(tenant) == 0).isPresent()
                ? now.seats().stream().filter(this::mayLeave).findFirst()
                : Optional.empty();
    }

    /** Returns the number of threads that the tenant will keep. */
    private int keptBy(TenantId tenant) {
        return now.seats().stream()
                .filter(seat -> seat.tenant().equals(tenant) && !seat.leaving() && !isHandedBack(seat))
                .mapToInt(DispatchPlace::threads)
                .sum();
    }

    private boolean mayLeave(DispatchPlace seat) {
        return seat.batch().isPresent()
                && !seat.leaving()
                && !seat.inPods()
                && !isHandedBack(seat)
                && servedFor(seat, QUANTUM);
    }

    private boolean isHandedBack(DispatchPlace seat) {
        return seat.batch().filter(handedBack::contains).isPresent();
    }

    private boolean servedFor(DispatchPlace seat, Duration atLeast) {
        return nanoTime - seat.since() >= atLeast.toNanos();
    }
}
