package io.backfill.api.http;

import io.backfill.tenants.Caller;
import io.backfill.tenants.TenantId;
import java.security.Principal;
import java.util.Set;

/** The sender of an authenticated request, as the platform sees it: named like its tenant, in role {@code tenant} or also {@code operator}. */
public final class ApiPrincipal implements Principal {
    /** Role of every sender that was authenticated. */
    public static final String TENANT = "tenant";

    /** Role of operators, who may act on batches of any tenant. */
    public static final String OPERATOR = "operator";

    private final Caller caller;

    ApiPrincipal(Caller caller) {
        this.caller = caller;
    }

    TenantId tenant() {
        return caller.tenant();
    }

    @Override
    public String getName() {
        return caller.tenant().value();
    }

    boolean isIn(String role) {
        return role.equals(TENANT)
                || (role.equals(OPERATOR) && caller.operator().getAsBoolean());
    }

    /** Returns the roles of the sender. */
    public Set<String> roles() {
        return isIn(OPERATOR) ? Set.of(TENANT, OPERATOR) : Set.of(TENANT);
    }

    @Override
    public String toString() {
        return getName();
    }
}
