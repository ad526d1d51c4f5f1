/**
 * How busy the machine is.
 * May call no other package.
 */
@NullMarked
package io.backfill.pace;

import org.jspecify.annotations.NullMarked;
