package io.backfill.it;

import io.backfill.api.testing.ApiClient;
import io.backfill.api.testing.FilesContract;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests {@code /v1/files} of the whole product. */
@ExtendWith(ConformanceGateway.Shared.class)
class FilesIT implements FilesContract {
    private final ApiClient client;
    private final ApiClient stranger;

    FilesIT(ConformanceGateway gateway) {
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
    public long maxUploadBytes() {
        return ConformanceGateway.MAX_UPLOAD_BYTES;
    }
}
