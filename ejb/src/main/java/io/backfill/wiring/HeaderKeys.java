package io.backfill.wiring;

import io.backfill.batches.Batch;
import io.backfill.batches.HeaderVault;
import io.backfill.batches.SealedHeaders;
import io.backfill.crypto.HeaderSeal;
import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.ids.BatchId;
import io.backfill.ids.WebhookEndpointId;
import io.backfill.webhooks.EndpointSecrets;
import io.backfill.webhooks.SecretVault;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Seals headers captured from requests, and the signing secrets of webhook endpoints, and opens them again. No key is needed without
 * them. Profile {@code local} creates a key when it is first needed and no key file is configured.
 */
final class HeaderKeys implements HeaderVault, SecretVault {
    private final Path file;
    private final boolean mayCreate;
    private final Lock lock = new ReentrantLock();
    private volatile Optional<HeaderSeal> seal;

    private HeaderKeys(Path file, boolean mayCreate, Optional<HeaderSeal> seal) {
        this.file = file;
        this.mayCreate = mayCreate;
        this.seal = seal;
    }

    static HeaderKeys of(Setup setup) {
        Optional<Path> configured = setup.settings().path(Setting.CRYPTO_KEY_FILE);
        Path file = configured.orElse(setup.folder().headerKeys());
        boolean mayCreate = configured.isEmpty() && !setup.profile().shared();
        try {
            HeaderKeys keys = new HeaderKeys(
                    file,
                    mayCreate,
                    configured.isPresent() || Files.exists(file)
                            ? Optional.of(HeaderSeal.load(file))
                            : Optional.empty());
            if (configured.isEmpty()
                    && !setup.configs().batches().passThroughHeaders().isEmpty()) {
                keys.createIfMissing();
            }
            return keys;
        } catch (IOException e) {
            throw new UncheckedIOException(Setting.CRYPTO_KEY_FILE.key() + " cannot be used: " + e.getMessage(), e);
        }
    }

    private void createIfMissing() throws IOException {
        lock.lock();
        try {
            if (seal.isEmpty()) {
                Files.createDirectories(file.toAbsolutePath().getParent());
                if (Files.notExists(file)) {
                    HeaderSeal.create(file);
                }
                seal = Optional.of(HeaderSeal.load(file));
            }
        } finally {
            lock.unlock();
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

    @Override
    public SealedHeaders seal(WebhookEndpointId endpoint, EndpointSecrets secrets) {
        if (seal.isEmpty() && mayCreate) {
            try {
                createIfMissing();
            } catch (IOException e) {
                throw new UncheckedIOException("the key file " + file + " cannot be created: " + e.getMessage(), e);
            }
        }
        return seal.orElseThrow(() -> new BackfillException(
                        ErrorCode.INVALID_REQUEST,
                        "This gateway has no key to seal signing secrets with. Its operator must set "
                                + Setting.CRYPTO_KEY_FILE.key() + "."))
                .seal(endpoint.value(), secrets.toMap());
    }

    @Override
    public EndpointSecrets open(WebhookEndpointId endpoint, SealedHeaders sealed) {
        return EndpointSecrets.of(needed().open(endpoint.value(), sealed));
    }

    private HeaderSeal needed() {
        return seal.orElseThrow(
                () -> new IllegalStateException("headers of a batch or secrets of a webhook endpoint are"
                        + " sealed, but " + Setting.CRYPTO_KEY_FILE.key() + " is not set"));
    }
}
