/**
 * From every failure to OpenAI's error envelope: one table for refusals of ours, of the JAX-RS router, and for what nobody foresaw.
 */
@NullMarked
package io.backfill.api.errors;

import org.jspecify.annotations.NullMarked;
