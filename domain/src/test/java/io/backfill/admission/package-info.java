@NullMarked
package io.backfill.admission;

import org.jspecify.annotations.NullMarked;
