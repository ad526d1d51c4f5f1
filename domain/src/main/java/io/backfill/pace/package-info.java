/** Controls how fast the node does work that can wait. */
@NullMarked
package io.backfill.pace;

import org.jspecify.annotations.NullMarked;
