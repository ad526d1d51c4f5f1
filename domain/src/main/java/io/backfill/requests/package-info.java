/**
 * One line of a batch input: found by a byte-level scan, checked, never turned into a tree.
 */
@NullMarked
package io.backfill.requests;

import org.jspecify.annotations.NullMarked;
