/**
 * Typed identifiers. Each id carries its creation time in its first hex digits, so that id order is creation order and a page
 * cursor stays valid after its object is removed.
 * May call no other package.
 */
@NullMarked
package io.backfill.ids;

import org.jspecify.annotations.NullMarked;
