/**
 * The program of a Job pod. It runs one shard of one batch with the same artifacts, window and log as the gateway, but without a
 * database and without access to the cluster. Its input is in its environment and in the store; its outcome is its exit status. It
 * calls domain and adapters, and of the batch jobs only the artifacts of the chunk.
 */
@NullMarked
package io.backfill.worker;

import org.jspecify.annotations.NullMarked;
