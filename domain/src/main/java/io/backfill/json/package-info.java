/**
 * Reads the JSON that the gateway stores.
 * May call no other package.
 */
@NullMarked
package io.backfill.json;

import org.jspecify.annotations.NullMarked;
