package io.backfill.plan;

import java.util.OptionalInt;

/** Decides how the plans of a batch are cut into shards, once its lines are counted. */
@FunctionalInterface
public interface Sharding {
    /** Returns the maximum number of lines per shard. Empty for one partition per model, none of which runs in a pod. */
    OptionalInt linesPerShard(int lines);

    /** No shards. */
    Sharding NONE = lines -> OptionalInt.empty();
}
