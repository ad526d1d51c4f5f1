/**
 * Controls how fast the node does work that can wait.
 * May call no other package.
 */
@NullMarked
package io.backfill.pace;

import org.jspecify.annotations.NullMarked;
