/**
 * Receives the partitions of a step from the batch runtime: those of an offloaded batch run in pods, all others on the runtime's
 * own threads. Outside of the job modules, only this package depends on the batch runtime.
 * May call {@code dispatch}, {@code ids}, {@code offload}, {@code plan}, {@code results} and {@code run}.
 */
@NullMarked
package io.backfill.k8s.partitions;

import org.jspecify.annotations.NullMarked;
