/**
 * Large batches as Kubernetes Jobs, and callers known by their Kubernetes tokens: the one place that may import fabric8, behind the
 * ports {@link io.backfill.offload.ShardJobs} and {@link io.backfill.tenants.Authenticator} of the domain. Starts no thread of its
 * own: what is to be done again and again is one public method, which a timer calls.
 */
@NullMarked
package io.backfill.k8s;

import org.jspecify.annotations.NullMarked;
