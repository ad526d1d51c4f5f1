/**
 * HTTP in, OpenAI's shapes out: where the application begins, its JSON, its list pages. Resources are in the packages below, one per
 * kind of object; they route, check what was sent, call one service method, and shape the answer. No rule of the product lives here.
 */
@NullMarked
package io.backfill.api;

import org.jspecify.annotations.NullMarked;
