/**
 * What a node can carry: open calls and the bytes held for them, shared between models. Independent of turns, replicas and HTTP.
 * May call no other package.
 */
@NullMarked
package io.backfill.admission;

import org.jspecify.annotations.NullMarked;
