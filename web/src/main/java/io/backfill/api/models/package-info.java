/**
 * {@code /v1/models}. Calls {@code ModelDirectory}.
 */
@NullMarked
package io.backfill.api.models;

import org.jspecify.annotations.NullMarked;
