/** How fast the node does what can wait. */
@NullMarked
package io.backfill.pace;

import org.jspecify.annotations.NullMarked;
