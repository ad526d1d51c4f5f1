/**
 * All error codes: what went wrong, and the HTTP status and OpenAI fields that report it.
 * May call no other package.
 */
@NullMarked
package io.backfill.errors;

import org.jspecify.annotations.NullMarked;
