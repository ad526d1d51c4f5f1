/**
 * What was received and what became of it: one packed entry per request, kept in memory at about 85 bytes each, so that
 * a test over a million requests can still compare every one with what the gateway claims. May call {@code http.Bytes}
 * for the JSON lines.
 */
@NullMarked
package io.backfill.simulator.ledger;

import org.jspecify.annotations.NullMarked;
