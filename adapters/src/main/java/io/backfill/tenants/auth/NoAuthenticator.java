package io.backfill.tenants.auth;

import io.backfill.tenants.Authenticator;
import io.backfill.tenants.Credentials;
import io.backfill.tenants.TenantId;

/** Takes every request for the default tenant's, whatever key it shows. For one's own machine and closed networks. */
public final class NoAuthenticator implements Authenticator {
    @Override
    public TenantId authenticate(Credentials credentials) {
        return TenantId.DEFAULT;
    }

    /** Whoever is on this machine. */
    @Override
    public boolean isOperator(Credentials credentials) {
        return credentials.peer().isLoopbackAddress();
    }
}
