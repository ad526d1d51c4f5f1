/** Step {@code assemble}: writes the result files and sets the terminal status. */
@NullMarked
package io.backfill.job.assemble;

import org.jspecify.annotations.NullMarked;
