package io.backfill.it;

import io.backfill.api.testing.ApiClient;
import io.backfill.api.testing.ModelsContract;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests {@code /v1/models} of the whole product. */
@ExtendWith(ConformanceGateway.Shared.class)
class ModelsIT implements ModelsContract {
    private final ApiClient client;

    ModelsIT(ConformanceGateway gateway) {
        client = gateway.newTenant();
    }

    @Override
    public ApiClient client() {
        return client;
    }

    @Override
    public String model() {
        return ConformanceGateway.MODEL;
    }
}
