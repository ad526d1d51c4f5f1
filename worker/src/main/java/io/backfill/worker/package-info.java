/**
 * The program of a Job pod: one shard of one batch, with the same artifacts, window and log as in the gateway, but without
 * database and without access to the cluster. What it has to know is in its environment and in the store; how it ended is its
 * exit status. It calls domain and adapters, and of the batch jobs the artifacts of the chunk.
 */
@NullMarked
package io.backfill.worker;

import org.jspecify.annotations.NullMarked;
