package io.backfill.service;

import io.backfill.files.FilePurpose;
import java.time.Duration;
import java.util.Optional;

/**
 * What a client says of a file it uploads.
 *
 * @param filename its last path element
 * @param expiresAfter empty: the purpose's default
 */
public record NewFile(String filename, FilePurpose purpose, Optional<Duration> expiresAfter) {}
