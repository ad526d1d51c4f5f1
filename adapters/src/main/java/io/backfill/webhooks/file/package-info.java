/**
 * The webhook endpoints that an operator configures, read from a YAML file.
 * May call {@code tenants} and {@code webhooks}.
 */
@NullMarked
package io.backfill.webhooks.file;

import org.jspecify.annotations.NullMarked;
