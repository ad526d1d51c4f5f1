/**
 * Orders of operators: {@code /v1/admin}. Every address refuses who is no operator, whatever it names. May call service, api.http
 * and api.batches.
 */
@NullMarked
package io.backfill.api.admin;

import org.jspecify.annotations.NullMarked;
