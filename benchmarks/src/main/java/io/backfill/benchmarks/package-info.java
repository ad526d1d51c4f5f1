/**
 * The programs behind {@code ./backfill demo} and {@code ./backfill bench NAME}. Each is started by the launcher, which has
 * built what is needed and passes the project folder as {@code -Dbackfill.home}. They see the gateway only from outside: its
 * HTTP API, its health page, its process and, after a kill, its files.
 */
@NullMarked
package io.backfill.benchmarks;

import org.jspecify.annotations.NullMarked;
