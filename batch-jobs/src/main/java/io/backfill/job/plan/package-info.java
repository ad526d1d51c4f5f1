/** Step {@code plan}: reads and checks the input and stores the plan. */
@NullMarked
package io.backfill.job.plan;

import org.jspecify.annotations.NullMarked;
