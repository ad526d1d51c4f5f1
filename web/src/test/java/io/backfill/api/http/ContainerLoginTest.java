package io.backfill.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ContainerLoginTest {
    private final ApiServer server = new ApiServer();

    @AfterEach
    void stop() {
        server.close();
    }

    private String logged() throws InterruptedException {
        return String.valueOf(server.accessLog.poll(10, TimeUnit.SECONDS));
    }

    /** The resource exists in this test only, so the document of the API does not describe its answer. */
    private static HttpResponse<String> sender(ApiServer of, String key) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(of.base().resolve("/v1/sender"))
                    .header("Authorization", "Bearer " + key)
                    .timeout(Duration.ofSeconds(10))
                    .build();
            HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
            assertThat(response.statusCode()).isEqualTo(200);
            return response;
        }
    }

    @Test
    void theSenderShouldBeThePlatformsUserWithItsRoles() throws Exception {
        HttpResponse<String> tenant = sender(server, "key-alice");

        assertThat(tenant.body()).isEqualTo("alice true false false alice");
        assertThat(tenant.headers().firstValue("Set-Cookie")).isEmpty();
        assertThat(logged()).isEqualTo("alice 200 GET /v1/sender HTTP/1.1");

        assertThat(sender(server, "key-operator").body()).isEqualTo("operator true true false operator");
        assertThat(logged()).startsWith("operator 200 ");
    }

    @Test
    void aRejectedOrPublicRequestShouldHaveNoUser() throws InterruptedException {
        server.client("wrong").get("/v1/sender").expectError(401);
        assertThat(logged()).startsWith("- 401 ");

        server.client("key-alice").get("/").expect(200);
        assertThat(logged()).startsWith("- 200 ");
    }

    @Test
    void aContainerThatRefusesTheMechanismServeTheRequestAndKeepItsUser() throws Exception {
        ApiServer offering = ApiServer.withMechanism(ContainerLogin::offerMechanism);
        try {
            for (int request = 0; request < 2; request++) {
                assertThat(sender(offering, "key-alice").body()).startsWith("alice true ");
                assertThat(String.valueOf(offering.accessLog.poll(10, TimeUnit.SECONDS)))
                        .startsWith("alice 200 ");
            }
        } finally {
            offering.close();
        }
    }
}
