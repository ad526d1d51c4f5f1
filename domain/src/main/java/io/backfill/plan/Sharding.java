package io.backfill.plan;

import java.util.OptionalInt;

/** Decides how the plans of a batch are cut, once its lines are counted. */
@FunctionalInterface
public interface Sharding {
    /** Lines that a shard has at most; empty: one partition for each model, and none of them for a pod. */
    OptionalInt linesPerShard(int lines);

    /** Cuts nothing. */
    Sharding NONE = lines -> OptionalInt.empty();
}
