/**
 * A plain client for the API, and contracts that any server of the API must fulfill. The contracts run here against the API in the
 * server's HTTP engine with backends in memory, and in {@code src/test} against the whole product. This package calls no code of
 * the product.
 */
package io.backfill.api.testing;
