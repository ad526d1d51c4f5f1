/**
 * Operations for operators: {@code /v1/admin}. Every path rejects callers who are not operators, whether or not the object exists.
 * May call {@code api}, {@code api.batches}, {@code api.http}, {@code ids} and {@code service}.
 */
@NullMarked
package io.backfill.api.admin;

import org.jspecify.annotations.NullMarked;
