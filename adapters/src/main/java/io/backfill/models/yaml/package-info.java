/**
 * The model directory in a YAML file, which is reloaded when it changes. May depend on models, dispatch.http (names of headers that
 * cannot be configured), reload and tls (to check the files that a model names).
 */
@NullMarked
package io.backfill.models.yaml;

import org.jspecify.annotations.NullMarked;
