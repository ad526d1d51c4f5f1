/**
 * The programs behind {@code ./backfill demo} and {@code ./backfill bench NAME}. The launcher starts them, after it has built what
 * they need, and passes the project folder as {@code -Dbackfill.home}. They use the gateway only from outside: its HTTP API, its
 * health page, its process and, after a kill, its files.
 */
@NullMarked
package io.backfill.benchmarks;

import org.jspecify.annotations.NullMarked;
