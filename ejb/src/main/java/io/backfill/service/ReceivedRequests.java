package io.backfill.service;

import io.backfill.files.StoredFile;

/**
 * The requests of a batch of Anthropic's dialect, stored as an input file.
 *
 * @param count number of requests
 */
public record ReceivedRequests(StoredFile file, int count) {}
