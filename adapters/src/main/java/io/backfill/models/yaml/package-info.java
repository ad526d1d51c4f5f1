/**
 * The model directory in a YAML file, which is reloaded when it changes. {@code dispatch.http} supplies the names of headers that
 * cannot be configured; {@code tls} checks the files that a model names.
 * May call {@code dispatch.http}, {@code models}, {@code reload}, {@code replicas}, {@code tenants} and {@code tls}.
 */
@NullMarked
package io.backfill.models.yaml;

import org.jspecify.annotations.NullMarked;
