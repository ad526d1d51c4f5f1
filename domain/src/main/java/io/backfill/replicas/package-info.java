/**
 * The replicas of a model as seen from this node: how many calls each may have open, whether it is healthy, and which one a call is
 * sent to. Sends nothing.
 * May call {@code batches}, {@code dispatch}, {@code fair}, {@code models}, {@code plan} and {@code tenants}.
 */
@NullMarked
package io.backfill.replicas;

import org.jspecify.annotations.NullMarked;
