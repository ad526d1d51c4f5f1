/**
 * Where the batch runtime hands the partitions of a step over: those of an offloaded batch go to pods, all others to its own
 * threads. The only place outside of the jobs that knows the batch runtime. May call offload, run, plan.
 */
@NullMarked
package io.backfill.k8s.partitions;

import org.jspecify.annotations.NullMarked;
