package io.backfill.api.http;

import io.backfill.api.testing.ApiClient;
import io.backfill.api.testing.ModelsContract;
import org.junit.jupiter.api.AfterEach;

class ModelsApiTest implements ModelsContract {
    private final ApiServer server = new ApiServer();

    @AfterEach
    void stop() {
        server.close();
    }

    @Override
    public ApiClient client() {
        return server.client("key-a");
    }

    @Override
    public String model() {
        return ApiServer.MODEL;
    }
}
