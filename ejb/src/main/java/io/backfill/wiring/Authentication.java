package io.backfill.wiring;

import static io.backfill.ops.BackfillLog.LOG;

import io.backfill.tenants.Authenticator;
import io.backfill.tenants.auth.ApiKeyAuthenticator;
import io.backfill.tenants.auth.Cidr;
import io.backfill.tenants.auth.HeaderAuthenticator;
import io.backfill.tenants.auth.NoAuthenticator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The chosen way to tell tenants apart.
 *
 * @param reload one pass that takes up a change of what it reads
 */
record Authentication(Authenticator authenticator, Runnable reload) {
    /** Values of {@code backfill.auth.mode}. */
    enum Mode {
        NONE,
        API_KEYS,
        HEADER
    }

    static Authentication of(Settings settings) {
        return switch (settings.choice(Setting.AUTH_MODE, Mode.class)) {
            case NONE -> new Authentication(new NoAuthenticator(), () -> {});
            case API_KEYS -> apiKeys(settings);
            case HEADER -> new Authentication(header(settings), () -> {});
        };
    }

    private static Authentication apiKeys(Settings settings) {
        Path file = settings.path(Setting.AUTH_API_KEYS_FILE)
                .orElseThrow(() -> new IllegalArgumentException(Setting.AUTH_MODE.key() + "=api-keys needs "
                        + Setting.AUTH_API_KEYS_FILE.key() + ", a file of lines tenant:sha256-of-key"));
        try {
            ApiKeyAuthenticator keys = new ApiKeyAuthenticator(file);
            return new Authentication(keys, () -> reload(keys));
        } catch (IOException e) {
            throw new UncheckedIOException(Setting.AUTH_API_KEYS_FILE.key() + " cannot be used: " + e.getMessage(), e);
        }
    }

    private static void reload(ApiKeyAuthenticator keys) {
        Optional<String> before = keys.problem();
        if (keys.reloadIfChanged()) {
            LOG.keysReloaded();
        }
        if (!keys.problem().equals(before)) {
            keys.problem().ifPresent(LOG::keysRefused);
        }
    }

    private static Authenticator header(Settings settings) {
        List<Cidr> trusted = settings.list(Setting.AUTH_TRUSTED_PROXIES).stream()
                .map(Cidr::parse)
                .toList();
        if (trusted.isEmpty()) {
            throw new IllegalArgumentException(Setting.AUTH_MODE.key() + "=header needs "
                    + Setting.AUTH_TRUSTED_PROXIES.key() + ", the addresses of the proxies that may name a tenant");
        }
        return new HeaderAuthenticator(settings.text(Setting.AUTH_HEADER), trusted);
    }
}
