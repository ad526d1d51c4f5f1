/**
 * {@code /v1/models}: the HTTP side of {@code ModelDirectory}.
 * May call {@code api}, {@code errors} and {@code models}.
 */
@NullMarked
package io.backfill.api.models;

import org.jspecify.annotations.NullMarked;
