/**
 * The use cases behind the API, one method each: files, resumable uploads, batches, webhooks. Every lookup is by tenant; an object of another
 * tenant is treated as if it did not exist. Does not depend on HTTP.
 * May call {@code batches}, {@code door}, {@code errors}, {@code feed}, {@code files}, {@code ids}, {@code models}, {@code ops},
 * {@code plan}, {@code queue}, {@code requests}, {@code results}, {@code retention}, {@code tenants}, {@code traces},
 * {@code webhooks} and {@code webhooks.http}.
 */
@NullMarked
package io.backfill.service;

import org.jspecify.annotations.NullMarked;
