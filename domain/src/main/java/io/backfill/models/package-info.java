/**
 * The configured models: replicas, caps, time-outs and retry policies.
 * May call {@code tenants}.
 */
@NullMarked
package io.backfill.models;

import org.jspecify.annotations.NullMarked;
