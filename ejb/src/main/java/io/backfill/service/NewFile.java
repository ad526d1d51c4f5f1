package io.backfill.service;

import io.backfill.files.FilePurpose;
import java.time.Duration;
import java.util.Optional;

/**
 * Client-supplied properties of a new file.
 *
 * @param filename the last path element of the name
 * @param expiresAfter empty: the default of the purpose
 */
public record NewFile(String filename, FilePurpose purpose, Optional<Duration> expiresAfter) {}
