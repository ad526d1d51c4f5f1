package io.backfill.benchmarks;

import java.util.List;
import java.util.Set;

/** One benchmark. It measures and reports; whether a target was met never fails it. */
interface Bench {
    /** What {@code ./backfill bench NAME} calls it, and the start of its result file's name. */
    String name();

    /** One line for the list. */
    String summary();

    /** What {@code --help} prints, with the flags and their defaults. */
    String help();

    /** The flags with a value that {@link #run} reads. */
    Set<String> flags();

    /** The flags without one. */
    default Set<String> switches() {
        return Set.of();
    }

    /** Measures; a thrown exception means it could not be measured. */
    List<Measure> run(Workplace workplace, Flags flags) throws Exception;
}
