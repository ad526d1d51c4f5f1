package io.backfill.tenants.auth;

import io.backfill.tenants.Authenticator;
import io.backfill.tenants.Credentials;
import io.backfill.tenants.TenantId;

/** Assigns every request to the default tenant and ignores API keys. Intended for a local machine or a closed network. */
public final class NoAuthenticator implements Authenticator {
    @Override
    public TenantId authenticate(Credentials credentials) {
        return TenantId.DEFAULT;
    }

    /** Returns true for every client on this machine. */
    @Override
    public boolean isOperator(Credentials credentials) {
        return credentials.peer().isLoopbackAddress();
    }
}
