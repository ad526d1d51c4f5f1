/**
 * What the background work that gives room back has to know: whose turn a sweep is, which batches ended long ago, and what the
 * records say of things found in the store. Interfaces only; calls ids of the domain.
 */
@NullMarked
package io.backfill.retention;

import org.jspecify.annotations.NullMarked;
