/** What models answer, in memory or in a file of this node. Calls the JDK only. */
@NullMarked
package io.backfill.answers;

import org.jspecify.annotations.NullMarked;
