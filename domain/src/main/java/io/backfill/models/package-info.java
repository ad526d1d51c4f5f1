/** The configured models: replicas, caps, time-outs and retry policies. Depends on no other package except {@code tenants}. */
@NullMarked
package io.backfill.models;

import org.jspecify.annotations.NullMarked;
