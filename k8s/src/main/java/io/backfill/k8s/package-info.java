/**
 * Runs large batches as Kubernetes Jobs and authenticates callers by Kubernetes tokens. Only this package may import fabric8; the
 * domain sees the ports {@link io.backfill.offload.ShardJobs} and {@link io.backfill.tenants.Authenticator}. Starts no threads:
 * periodic work is one public method, which a timer calls.
 * May call {@code errors}, {@code ids}, {@code offload} and {@code tenants}.
 */
@NullMarked
package io.backfill.k8s;

import org.jspecify.annotations.NullMarked;
