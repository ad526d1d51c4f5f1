package io.backfill.wiring;

import io.backfill.batches.Batch;
import io.backfill.batches.HeaderVault;
import io.backfill.batches.SealedHeaders;
import io.backfill.crypto.HeaderSeal;
import io.backfill.ids.BatchId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Seals captured headers when a batch is created and opens them when it is claimed. No key is needed without pass-through
 * headers. Profile {@code local} creates a key when there are some and no key file is configured.
 */
final class HeaderKeys implements HeaderVault {
    private final Optional<HeaderSeal> seal;

    private HeaderKeys(Optional<HeaderSeal> seal) {
        this.seal = seal;
    }

    static HeaderKeys of(Setup setup) {
        Optional<Path> configured = setup.settings().path(Setting.CRYPTO_KEY_FILE);
        Path file = configured.orElse(setup.folder().headerKeys());
        boolean needed = !setup.configs().batches().passThroughHeaders().isEmpty();
        try {
            if (configured.isEmpty() && needed && Files.notExists(file)) {
                Files.createDirectories(setup.folder().headerKeys().getParent());
                HeaderSeal.create(file);
            }
            return new HeaderKeys(
                    configured.isPresent() || Files.exists(file)
                            ? Optional.of(HeaderSeal.load(file))
                            : Optional.empty());
        } catch (IOException e) {
            throw new UncheckedIOException(Setting.CRYPTO_KEY_FILE.key() + " cannot be used: " + e.getMessage(), e);
        }
    }

    @Override
    public SealedHeaders seal(BatchId batch, Map<String, String> headers) {
        return needed().seal(batch, headers);
    }

    @Override
    public Map<String, String> open(Batch batch) {
        SealedHeaders headers = batch.state().headers();
        return headers.isEmpty() ? Map.of() : needed().open(batch.id(), headers);
    }

    private HeaderSeal needed() {
        return seal.orElseThrow(() -> new IllegalStateException(
                "the batch has sealed headers, but " + Setting.CRYPTO_KEY_FILE.key() + " is not set"));
    }
}
