/**
 * Assembles the application: settings, the chosen backends, the dispatch chain, threads, clocks. The only package that reads
 * MicroProfile Config, starts threads or reads the wall clock.
 */
@NullMarked
package io.backfill.wiring;

import org.jspecify.annotations.NullMarked;
