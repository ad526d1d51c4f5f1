package io.backfill.benchmarks;

import java.util.List;
import java.util.stream.Stream;

/** The offenders of {@code bench harm}, in the order in which they run. */
final class Offenders {
    private Offenders() {}

    static List<Offender> all() {
        return Stream.of(MemoryOffenders.all(), BatchOffenders.all(), ReplicaOffenders.all(), ClientOffenders.all())
                .flatMap(List::stream)
                .toList();
    }
}
