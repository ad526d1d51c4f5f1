/**
 * Health, metrics and log messages, for operators.
 * May call {@code admission}, {@code answers.spool}, {@code batches}, {@code dispatch}, {@code door}, {@code fair}, {@code feed},
 * {@code ids}, {@code models}, {@code offload}, {@code queue}, {@code replicas}, {@code retention}, {@code run} and {@code tenants}.
 */
@NullMarked
package io.backfill.ops;

import org.jspecify.annotations.NullMarked;
