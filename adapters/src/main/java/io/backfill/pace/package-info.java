/** How busy the machine is. Calls {@code pace} of the domain. */
@NullMarked
package io.backfill.pace;

import org.jspecify.annotations.NullMarked;
