package io.backfill.wiring;

import static io.backfill.ops.BackfillLog.LOG;

import io.backfill.k8s.TokenReviewConfig;
import io.backfill.tenants.Authenticator;
import io.backfill.tenants.auth.ApiKeyAuthenticator;
import io.backfill.tenants.auth.Cidr;
import io.backfill.tenants.auth.HeaderAuthenticator;
import io.backfill.tenants.auth.NoAuthenticator;
import io.backfill.tenants.oidc.OidcAuthenticator;
import io.backfill.tenants.oidc.OidcConfig;
import io.backfill.tenants.oidc.OperatorClaim;
import io.backfill.tenants.oidc.TenantClaim;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Function;

/**
 * The configured way to authenticate tenants.
 *
 * @param reload one pass that picks up changes of the files and keys it reads; does not block
 */
record Authentication(Authenticator authenticator, Runnable reload) {
    /** Values of {@code backfill.auth.mode}. */
    enum Mode {
        NONE,
        API_KEYS,
        HEADER,
        OIDC,
        KUBERNETES,
        ALTERNATIVE
    }

    /**
     * Dependencies of the modes that query another service.
     *
     * @param alternative the bean that replaces the modes of this application, if one is deployed
     */
    record Dependencies(
            Function<TokenReviewConfig, Authenticator> cluster,
            Executor tasks,
            TimeAndIds timeAndIds,
            Optional<Authenticator> alternative) {}

    /**
     * Returns the configured authentication. An alternative must be configured as well as deployed, so that a build that lacks its
     * jar does not accept requests by another mode.
     *
     * @throws RuntimeException with a message that names the setting when the configured mode cannot be used
     */
    static Authentication of(Settings settings, Dependencies dependencies) {
        Mode mode = settings.choice(Setting.AUTH_MODE, Mode.class);
        if (dependencies.alternative().isPresent() && mode != Mode.ALTERNATIVE) {
            throw new IllegalArgumentException("an alternative of " + Authenticator.class.getName()
                    + " is deployed; set " + Setting.AUTH_MODE.key() + "=alternative, or remove its jar");
        }
        return switch (mode) {
            case ALTERNATIVE ->
                new Authentication(
                        dependencies
                                .alternative()
                                .orElseThrow(() -> new IllegalArgumentException(Setting.AUTH_MODE.key()
                                        + "=alternative needs a CDI bean of type " + Authenticator.class.getName()
                                        + " with @Alternative and @Priority in the application")),
                        () -> {});
            case NONE -> new Authentication(new NoAuthenticator(), () -> {});
            case API_KEYS -> apiKeys(settings);
            case HEADER -> new Authentication(header(settings), () -> {});
            case OIDC -> oidc(settings, dependencies);
            case KUBERNETES -> new Authentication(kubernetes(settings, dependencies), () -> {});
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
        return new HeaderAuthenticator(
                settings.text(Setting.AUTH_HEADER), trusted, settings.optional(Setting.AUTH_OPERATOR_HEADER));
    }

    private static Authentication oidc(Settings settings, Dependencies dependencies) {
        OidcConfig config = oidcConfig(settings);
        try {
            OidcAuthenticator tokens = new OidcAuthenticator(
                    config,
                    settings.optional(Setting.AUTH_OPERATOR_CLAIM).map(Authentication::operatorClaim),
                    dependencies.tasks(),
                    dependencies.timeAndIds().time(),
                    dependencies.timeAndIds().nanoTime());
            // a node without the API does not need the keys
            return new Authentication(tokens, servesApi(settings) ? tokens::refreshIfDue : () -> {});
        } catch (IOException e) {
            throw new UncheckedIOException(Setting.AUTH_OIDC_CA_FILE.key() + " cannot be used: " + e.getMessage(), e);
        }
    }

    private static OidcConfig oidcConfig(Settings settings) {
        String issuer = settings.optional(Setting.AUTH_OIDC_ISSUER)
                .orElseThrow(() -> new IllegalArgumentException(Setting.AUTH_MODE.key() + "=oidc needs "
                        + Setting.AUTH_OIDC_ISSUER.key() + ", the address of the identity provider"));
        return new OidcConfig(
                issuer,
                settings.list(Setting.AUTH_OIDC_AUDIENCE),
                settings.optional(Setting.AUTH_OIDC_JWKS_URI).map(Authentication::uri),
                settings.path(Setting.AUTH_OIDC_CA_FILE),
                claim(settings.text(Setting.AUTH_OIDC_TENANT_CLAIM)),
                settings.duration(Setting.AUTH_OIDC_REFRESH),
                settings.duration(Setting.AUTH_OIDC_OUTAGE),
                OidcConfig.DEFAULT_TIMEOUT);
    }

    private static URI uri(String text) {
        try {
            return URI.create(text);
        } catch (IllegalArgumentException e) {
            // neither the text nor the cause, which quotes it, may be shown: the text may contain a password
            throw new IllegalArgumentException(
                    Setting.AUTH_OIDC_JWKS_URI.key() + " must be a URL such as https://host/keys");
        }
    }

    private static TenantClaim claim(String text) {
        try {
            return TenantClaim.parse(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(Setting.AUTH_OIDC_TENANT_CLAIM.key() + ": " + e.getMessage(), e);
        }
    }

    private static OperatorClaim operatorClaim(String text) {
        try {
            return OperatorClaim.parse(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(Setting.AUTH_OPERATOR_CLAIM.key() + ": " + e.getMessage(), e);
        }
    }

    private static Authenticator kubernetes(Settings settings, Dependencies dependencies) {
        TokenReviewConfig config = new TokenReviewConfig(
                settings.choice(Setting.AUTH_KUBERNETES_TENANT, TokenReviewConfig.Tenancy.class),
                settings.text(Setting.AUTH_KUBERNETES_AUDIENCE),
                settings.duration(Setting.AUTH_KUBERNETES_CACHE),
                TokenReviewConfig.DEFAULT.refusedFor(),
                TokenReviewConfig.DEFAULT.cached(),
                TokenReviewConfig.DEFAULT.reviews(),
                Set.copyOf(settings.list(Setting.AUTH_OPERATORS)));
        if (!servesApi(settings)) {
            // the pod of such a node has no token for the cluster's API, and authenticates no requests
            return credentials -> {
                throw new IllegalStateException("a node of this role does not serve the API");
            };
        }
        if (settings.text(Setting.AUTH_KUBERNETES_AUDIENCE).isEmpty()) {
            LOG.tokensForTheApiServer(Setting.AUTH_KUBERNETES_AUDIENCE.key());
        }
        try {
            return dependencies.cluster().apply(config);
        } catch (RuntimeException e) {
            throw new IllegalStateException(
                    Setting.AUTH_MODE.key()
                            + "=kubernetes needs a Kubernetes API to review tokens, which cannot be used: "
                            + e.getMessage(),
                    e);
        }
    }

    private static boolean servesApi(Settings settings) {
        return settings.choice(Setting.ROLE, Role.class).servesApi();
    }
}
