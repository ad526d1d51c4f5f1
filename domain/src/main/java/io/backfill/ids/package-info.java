/**
 * Identifiers as types. Each id carries its creation time in its first hex digits, so that id order is creation order and a
 * page cursor keeps its place after the object it names is gone. Calls nothing.
 */
@NullMarked
package io.backfill.ids;

import org.jspecify.annotations.NullMarked;
