/**
 * Puts the links of the dispatch chain together, for the gateway and for pods.
 * May call {@code admission}, {@code dispatch}, {@code fair}, {@code models} and {@code replicas}.
 */
@NullMarked
package io.backfill.dispatch.chain;

import org.jspecify.annotations.NullMarked;
