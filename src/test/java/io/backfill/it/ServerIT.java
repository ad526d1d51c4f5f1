package io.backfill.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests which pages the provisioned server, as it is shipped, serves on which port. */
@RunAsClient
@ExtendWith(ArquillianExtension.class)
class ServerIT {
    private final HttpClient http = HttpClient.newHttpClient();

    @AfterEach
    void closeClient() {
        http.close();
    }

    @Test
    void healthShouldBeReadyWithoutCredentialsOnTheManagementPort() throws Exception {
        // a background pass evaluates readiness for the first time after the deployment, and then every 2 s
        await().untilAsserted(() -> {
            HttpResponse<String> ready = get(management("/health/ready"));
            assertThat(ready.statusCode()).as(ready.body()).isEqualTo(200);
        });
        assertThat(get(management("/health/live")).statusCode()).isEqualTo(200);
        assertThat(get(management("/health/started")).statusCode()).isEqualTo(200);
    }

    @Test
    void managementApiShouldAskForCredentials() throws Exception {
        assertThat(get(management("/management")).statusCode()).isEqualTo(401);
    }

    @Test
    void serverShouldNotSayWhatItIs() throws Exception {
        HttpResponse<String> answer = get(api("/v1/nothing-here"));
        assertThat(answer.headers().map()).doesNotContainKeys("server", "x-powered-by");
        assertThat(answer.body()).doesNotContainIgnoringCase("wildfly").doesNotContainIgnoringCase("undertow");
    }

    @Test
    void serverShouldLeaveTheAuthorizationHeaderToTheApplication() throws Exception {
        HttpRequest request = HttpRequest.newBuilder(api("/v1/models"))
                .header("Authorization", "Basic bm9ib2R5Ondyb25n")
                .build();
        assertThat(http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isEqualTo(200);
    }

    private HttpResponse<String> get(URI address) throws Exception {
        return http.send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static URI api(String path) {
        return URI.create("http://127.0.0.1:" + System.getProperty("arquillian.http.port") + path);
    }

    private static URI management(String path) {
        return URI.create("http://127.0.0.1:" + System.getProperty("arquillian.management.port") + path);
    }
}
