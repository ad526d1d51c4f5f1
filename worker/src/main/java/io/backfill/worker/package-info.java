/**
 * The program of a Job pod. It runs one shard of one batch with the same artifacts, window and log as the gateway, but without a
 * database and without access to the cluster. Its input is in its environment and in the store; its outcome is its exit status. Of
 * the batch jobs it uses only the artifacts of the chunk, in a job of its own. {@link io.backfill.worker.UninstallMain} is a second
 * program of the image: it deletes Jobs before an uninstall.
 * May call {@code admission}, {@code answers.spool}, {@code batches}, {@code crypto}, {@code dispatch}, {@code dispatch.chain},
 * {@code dispatch.http}, {@code dispatch.metrics}, {@code fair}, {@code files}, {@code files.directory}, {@code files.s3},
 * {@code ids}, {@code job.dispatch}, {@code models}, {@code models.yaml}, {@code offload}, {@code plan}, {@code results},
 * {@code results.directory}, {@code run}, {@code storage}, {@code tls}, {@code traces} and {@code traces.otlp}.
 */
@NullMarked
package io.backfill.worker;

import org.jspecify.annotations.NullMarked;
