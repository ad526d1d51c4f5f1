/**
 * Large batches on a cluster: what to ask of it ({@link io.backfill.offload.ShardJobSpec}), what it says
 * ({@link io.backfill.offload.ShardJobState}) and the port between ({@link io.backfill.offload.ShardJobs}). A shard is one partition
 * of a batch's plan. Nothing here is the truth about a shard: that is the checkpoint of its partition in the store.
 */
@NullMarked
package io.backfill.offload;

import org.jspecify.annotations.NullMarked;
