/**
 * The program of a Job pod: one shard of one batch with the same window and log as the gateway, without database or Kubernetes
 * access. Empty until offload is built.
 */
@NullMarked
package io.backfill.worker;

import org.jspecify.annotations.NullMarked;
