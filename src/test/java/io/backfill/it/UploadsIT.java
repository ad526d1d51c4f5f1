package io.backfill.it;

import io.backfill.api.testing.ApiClient;
import io.backfill.api.testing.UploadsContract;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests {@code /v1/uploads} of the whole product. */
@ExtendWith(ConformanceGateway.Shared.class)
class UploadsIT implements UploadsContract {
    private final ApiClient client;
    private final ApiClient stranger;

    UploadsIT(ConformanceGateway gateway) {
        client = gateway.newTenant();
        stranger = gateway.newTenant();
    }

    @Override
    public ApiClient client() {
        return client;
    }

    @Override
    public ApiClient stranger() {
        return stranger;
    }

    @Override
    public long maxPartBytes() {
        return ConformanceGateway.MAX_PART_BYTES;
    }
}
