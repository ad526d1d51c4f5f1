/**
 * Records traces with the OpenTelemetry SDK and delivers them by OTLP over HTTP.
 * May call {@code batches}, {@code dispatch}, {@code ids}, {@code tenants} and {@code traces}.
 */
@NullMarked
package io.backfill.traces.otlp;

import org.jspecify.annotations.NullMarked;
