/**
 * What a node can carry: open calls and bytes held for them, shared between models. Knows nothing of turns, replicas or HTTP. May
 * call nothing else of the product.
 */
@NullMarked
package io.backfill.admission;

import org.jspecify.annotations.NullMarked;
