/**
 * A plain client for the API, and what the API must do whoever serves it: the contracts run here against the API in the server's HTTP
 * engine with backends in memory, and in {@code src/test} against the whole product. Calls nothing of the product.
 */
package io.backfill.api.testing;
