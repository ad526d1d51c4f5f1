/**
 * The model directory in a YAML file, read again when it changes. May call models, dispatch.http (names of headers that cannot be
 * configured), reload, tls (to try the files a model names).
 */
@NullMarked
package io.backfill.models.yaml;

import org.jspecify.annotations.NullMarked;
