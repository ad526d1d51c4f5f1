/**
 * {@code /v1/messages/batches}: Anthropic's Message Batches, the HTTP side of {@code MessageBatchService}.
 * May call {@code api}, {@code api.errors}, {@code api.http}, {@code api.multipart}, {@code batches}, {@code door}, {@code errors},
 * {@code ids} and {@code service}.
 */
@NullMarked
package io.backfill.api.messages;

import org.jspecify.annotations.NullMarked;
