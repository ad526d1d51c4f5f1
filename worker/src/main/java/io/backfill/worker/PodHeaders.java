package io.backfill.worker;

import io.backfill.crypto.HeaderSeal;
import io.backfill.crypto.SealBrokenException;
import io.backfill.offload.ShardManifest;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Decrypts the headers that were captured from the client. */
final class PodHeaders {
    static final String KEY = "BACKFILL_SEAL_KEY";

    private PodHeaders() {}

    /** @throws PodFailure if there are headers but no key that decrypts them; the message never contains a key */
    static Map<String, String> open(ShardManifest manifest, Optional<String> key, Path temporary) throws PodFailure {
        if (manifest.headers().isEmpty()) {
            return Map.of();
        }
        if (key.isEmpty()) {
            throw new PodFailure(
                    ExitCode.CONFIGURATION,
                    "the client's headers are sealed, and " + KEY + " is not set: put the content of the gateway's"
                            + " header key file under that name into the worker's Secret");
        }
        try {
            return PodFiles.reading(
                    temporary,
                    "headers.key",
                    key.get(),
                    file -> HeaderSeal.load(file).open(manifest.batch(), manifest.headers()));
        } catch (SealBrokenException e) {
            throw new PodFailure(
                    ExitCode.CONFIGURATION, KEY + " must be the gateway's header key file: " + e.getMessage(), e);
        }
    }
}
