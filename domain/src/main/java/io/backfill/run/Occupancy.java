package io.backfill.run;

import io.backfill.batches.Priority;
import io.backfill.tenants.TenantId;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** A snapshot of the places of a node and the batches that hold them. */
record Occupancy(List<DispatchPlace> seats, int threads) {
    Occupancy {
        seats = seats.stream()
                .sorted(Comparator.comparingLong(DispatchPlace::since))
                .toList();
    }

    int free() {
        return threads - seats.stream().mapToInt(DispatchPlace::threads).sum();
    }

    int threadsOf(TenantId tenant) {
        return seats.stream()
                .filter(seat -> seat.tenant().equals(tenant))
                .mapToInt(DispatchPlace::threads)
                .sum();
    }

    /** Returns the threads held for a model. A batch's threads are divided equally among its models. */
    int threadsOf(String model) {
        return sending(model)
                .mapToInt(seat -> Math.ceilDiv(seat.threads(), seat.left().size()))
                .sum();
    }

    Set<TenantId> tenants() {
        Set<TenantId> tenants = new HashSet<>();
        seats.forEach(seat -> tenants.add(seat.tenant()));
        return tenants;
    }

    Set<TenantId> tenantsOf(String model) {
        Set<TenantId> tenants = new HashSet<>();
        sending(model).forEach(seat -> tenants.add(seat.tenant()));
        return tenants;
    }

    /**
     * Returns the lines of a model, counting at most {@code most} per batch, so that one large batch does not fill the model's
     * quota.
     */
    long linesOf(String model, int most) {
        return lines(sending(model), model, most);
    }

    /** Returns the lines of the tenant's batches that have at least this priority. */
    long linesOf(String model, TenantId tenant, Priority atLeast, int most) {
        return lines(
                sending(model)
                        .filter(seat -> seat.tenant().equals(tenant))
                        .filter(seat -> seat.priority().compareTo(atLeast) <= 0),
                model,
                most);
    }

    private static long lines(Stream<DispatchPlace> seats, String model, int most) {
        return seats.mapToLong(seat -> Math.min(most, seat.left().getOrDefault(model, 0)))
                .sum();
    }

    boolean isServed(String model) {
        return sending(model).findAny().isPresent();
    }

    /** Returns the seats that use capacity of the model, oldest first. */
    Stream<DispatchPlace> sending(String model) {
        return seats.stream().filter(seat -> seat.sends(model));
    }
}
