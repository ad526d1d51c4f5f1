/** Answers of models, in memory or in a file of this node. Calls only the JDK. */
@NullMarked
package io.backfill.answers;

import org.jspecify.annotations.NullMarked;
