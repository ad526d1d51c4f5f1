/**
 * Operations for operators: {@code /v1/admin}. Every path rejects callers who are not operators, whether or not the object exists.
 * May call service, api.http and api.batches.
 */
@NullMarked
package io.backfill.api.admin;

import org.jspecify.annotations.NullMarked;
