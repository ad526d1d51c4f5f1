package io.backfill.it.house;

import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.tenants.Authenticator;
import io.backfill.tenants.Credentials;
import io.backfill.tenants.TenantId;
import io.backfill.wiring.settings.NameList;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Alternative;
import jakarta.inject.Inject;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Believes the badge of a request, which the house's own proxy has checked. */
@Alternative
@Priority(100)
@ApplicationScoped
public class HouseAuthenticator implements Authenticator {
    @Inject
    @ConfigProperty(name = "house.operators", defaultValue = "porter")
    private NameList operators;

    @Override
    public TenantId authenticate(Credentials credentials) {
        return credentials
                .header()
                .apply("X-House-Badge")
                .filter(TenantId::isOne)
                .map(TenantId::new)
                .orElseThrow(() -> new BackfillException(ErrorCode.NO_API_KEY, "Show your badge."));
    }

    @Override
    public boolean isOperator(Credentials credentials) {
        return operators.names().contains(authenticate(credentials).value());
    }
}
