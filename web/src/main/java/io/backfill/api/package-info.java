/**
 * The HTTP API in OpenAI's shapes: the application class, JSON and list pages. The resources are in the packages below, one per
 * kind of object. A resource routes, checks the request, calls one service method and shapes the response; it holds no rules of the
 * product.
 * May call {@code batches}, {@code errors}, {@code ops}, {@code plan}, {@code service} and {@code tenants}.
 */
@NullMarked
package io.backfill.api;

import org.jspecify.annotations.NullMarked;
