/**
 * Runs large batches on a cluster: the request for a Job ({@link io.backfill.offload.ShardJobSpec}), its reported state
 * ({@link io.backfill.offload.ShardJobState}) and the port to the cluster ({@link io.backfill.offload.ShardJobs}). A shard is one
 * partition of a batch's plan. The state of a shard is defined by the checkpoint of its partition in the store and by nothing in
 * this package.
 * May call {@code batches}, {@code dispatch}, {@code errors}, {@code fair}, {@code files}, {@code ids}, {@code json},
 * {@code models}, {@code plan}, {@code results}, {@code run} and {@code tenants}.
 */
@NullMarked
package io.backfill.offload;

import org.jspecify.annotations.NullMarked;
