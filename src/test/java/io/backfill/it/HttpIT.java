package io.backfill.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.MultipartField;
import com.openai.errors.OpenAIServiceException;
import com.openai.models.files.FileCreateParams;
import com.openai.models.files.FilePurpose;
import io.backfill.api.testing.ApiClient;
import io.backfill.api.testing.HttpContract;
import io.backfill.api.testing.RawConnection;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests that apply to every address of the whole product. */
@ExtendWith(ConformanceGateway.Shared.class)
class HttpIT implements HttpContract {
    private final ConformanceGateway gateway;
    private final ApiClient client;

    HttpIT(ConformanceGateway gateway) {
        this.gateway = gateway;
        client = gateway.newTenant();
    }

    @Override
    public ApiClient client() {
        return client;
    }

    @Override
    public ApiClient keyless() {
        return gateway.client("");
    }

    @Override
    public ApiClient wrongKey() {
        return gateway.client("sk-wrong-0123456789");
    }

    @Override
    public String metricsToken() {
        return ConformanceGateway.METRICS_TOKEN;
    }

    @Override
    public long maxUploadBytes() {
        return ConformanceGateway.MAX_UPLOAD_BYTES;
    }

    /** An upload of 120 MB is rejected because of its size. The SDK must receive the answer, not a broken connection. */
    @Test
    void javaClientShouldSeeWhyItsLongUploadIsRefused() {
        OpenAIClient openai = OpenAIOkHttpClient.builder()
                .baseUrl(client.base() + "/v1")
                .apiKey(client.key())
                .maxRetries(0)
                .build();
        try {
            InputStream content = new ByteArrayInputStream(new byte[120_000_000]);
            FileCreateParams params = FileCreateParams.builder()
                    .purpose(FilePurpose.BATCH)
                    .file(MultipartField.<InputStream>builder()
                            .value(content)
                            .filename("a.jsonl")
                            .build())
                    .build();
            assertThatThrownBy(() -> openai.files().create(params))
                    .isInstanceOfSatisfying(OpenAIServiceException.class, refused -> {
                        assertThat(refused.statusCode()).isEqualTo(413);
                        assertThat(refused.getMessage()).contains("File is too large.");
                    });
        } finally {
            openai.close();
        }
    }

    /** Requests that are not valid HTTP are rejected before they reach the application, and must not affect the server. */
    @Test
    void brokenRequestsShouldBeRefusedAndForgotten() throws IOException {
        for (String path : new String[] {"/v1/files/%zz", "/v1/files/a b", "/v1/files?after=%"}) {
            try (RawConnection connection = new RawConnection(client.base())) {
                connection.write(
                        "GET " + path + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + client.key() + "\r\n\r\n");
                assertThat(connection.read().status()).as(path).isBetween(400, 404);
            }
        }
        client.get("/v1/files").expect(200);
    }
}
