/** Health, metrics and log messages, for operators. */
@NullMarked
package io.backfill.ops;

import org.jspecify.annotations.NullMarked;
