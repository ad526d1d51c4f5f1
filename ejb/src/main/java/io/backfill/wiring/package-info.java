/**
 * Where everything is put together: settings, the chosen backends, the dispatch chain, threads, clocks. The only place that
 * reads MicroProfile Config, starts threads, or looks at the wall clock.
 */
@NullMarked
package io.backfill.wiring;

import org.jspecify.annotations.NullMarked;
