/**
 * Assembles the application: settings, the chosen backends, the dispatch chain, threads, clocks. The only package that reads
 * MicroProfile Config, starts threads or reads the wall clock.
 * May call {@code admission}, {@code answers.spool}, {@code batches}, {@code catalog.jpa}, {@code crypto}, {@code decompression}, {@code dispatch},
 * {@code dispatch.bulkhead}, {@code dispatch.chain}, {@code dispatch.http}, {@code dispatch.metrics}, {@code door},
 * {@code errors}, {@code fair}, {@code feed}, {@code files}, {@code files.directory}, {@code files.s3}, {@code ids}, {@code k8s},
 * {@code lifecycle}, {@code models}, {@code models.yaml}, {@code offload}, {@code ops}, {@code pace}, {@code plan},
 * {@code queue}, {@code queue.redis}, {@code queue.sql}, {@code replicas}, {@code requests}, {@code results}, {@code results.directory},
 * {@code retention}, {@code run}, {@code service}, {@code storage}, {@code tenants}, {@code tenants.auth},
 * {@code tenants.oidc}, {@code traces}, {@code traces.otlp}, {@code webhooks}, {@code webhooks.file}, {@code webhooks.http} and
 * {@code wiring.settings}.
 */
@NullMarked
package io.backfill.wiring;

import org.jspecify.annotations.NullMarked;
