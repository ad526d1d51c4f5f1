/**
 * What operators see: health, metrics, log messages with ids.
 */
@NullMarked
package io.backfill.ops;

import org.jspecify.annotations.NullMarked;
