/**
 * The use cases behind the API, one method each: files, resumable uploads, batches. Every lookup is by tenant; an object of
 * another tenant is treated as if it did not exist. May call the domain's values and SPIs; does not depend on HTTP.
 */
@NullMarked
package io.backfill.service;

import org.jspecify.annotations.NullMarked;
