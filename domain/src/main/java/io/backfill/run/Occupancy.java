package io.backfill.run;

import io.backfill.tenants.TenantId;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Who holds what of a node's places, at one moment. */
record Occupancy(List<Seat> seats, int threads) {
    Occupancy {
        seats = seats.stream().sorted(Comparator.comparingLong(Seat::since)).toList();
    }

    int free() {
        return threads - seats.stream().mapToInt(Seat::threads).sum();
    }

    int threadsOf(TenantId tenant) {
        return seats.stream()
                .filter(seat -> seat.tenant().equals(tenant))
                .mapToInt(Seat::threads)
                .sum();
    }

    /** A batch's threads count at each of its models in equal parts. */
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

    /** Lines of a model, of each batch no more than {@code most}: one large batch does not stand for all. */
    long linesOf(String model, int most) {
        return lines(sending(model), model, most);
    }

    long linesOf(String model, TenantId tenant, int most) {
        return lines(sending(model).filter(seat -> seat.tenant().equals(tenant)), model, most);
    }

    private static long lines(Stream<Seat> seats, String model, int most) {
        return seats.mapToLong(seat -> Math.min(most, seat.left().getOrDefault(model, 0)))
                .sum();
    }

    boolean isServed(String model) {
        return sending(model).findAny().isPresent();
    }

    /** Oldest first. */
    Stream<Seat> sending(String model) {
        return seats.stream().filter(seat -> seat.sends(model));
    }
}
