package io.backfill.benchmarks;

import java.util.List;
import java.util.Set;

/** One benchmark. It measures and reports; a missed target is not a failure. */
interface Bench {
    /** Returns the name for {@code ./backfill bench NAME}, which also begins the name of the result file. */
    String name();

    /** Returns a one-line summary for the list of benchmarks. */
    String summary();

    /** Returns the text for {@code --help}, with the flags and their defaults. */
    String help();

    /** Returns the flags with a value that {@link #run} reads. */
    Set<String> flags();

    /** Returns the flags without a value. */
    default Set<String> switches() {
        return Set.of();
    }

    /** Runs the benchmark. An exception means that it could not be measured. */
    List<Measure> run(Workplace workplace, Flags flags) throws Exception;
}
