/**
 * {@code /v1/webhook_endpoints} and {@code /v1/webhook_event_types}: the HTTP side of {@code WebhookService}.
 * May call {@code api}, {@code api.http}, {@code errors}, {@code ids}, {@code service} and {@code webhooks}.
 */
@NullMarked
package io.backfill.api.webhooks;

import org.jspecify.annotations.NullMarked;
