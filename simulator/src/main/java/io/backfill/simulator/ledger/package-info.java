/**
 * Records each request and its outcome in one packed entry, kept in memory at about 85 bytes each, so that a test with
 * a million requests can compare every one of them with the gateway's results. May call {@code http.Bytes} for the
 * JSON lines.
 */
@NullMarked
package io.backfill.simulator.ledger;

import org.jspecify.annotations.NullMarked;
