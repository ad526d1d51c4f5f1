/**
 * The use cases behind the API, one method each: files, resumable uploads, batches. Everything is asked for by tenant, and what is
 * another tenant's is as absent as what never was. May call the domain's values and SPIs; knows nothing of HTTP.
 */
@NullMarked
package io.backfill.service;

import org.jspecify.annotations.NullMarked;
