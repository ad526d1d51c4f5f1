package io.backfill.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backfill.it.server.GatewayProcess;
import io.backfill.it.support.Answer;
import io.backfill.it.support.Api;
import io.backfill.it.support.Folders;
import io.backfill.it.support.InputLines;
import io.backfill.it.support.TokenIssuer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A whole gateway that identifies tenants by the tokens of an identity provider. The gateway starts before the provider is
 * available.
 */
class OidcIT {
    private static final Duration HOUR = Duration.ofHours(1);

    @Test
    @Timeout(180)
    void tokensShouldOpenTheGatewayForTheirTenantOnceTheIssuerIsThere(@TempDir Path folder) throws Exception {
        try (TokenIssuer issuer = new TokenIssuer()) {
            issuer.newKey("first");
            issuer.away(true);
            try (GatewayProcess gateway = GatewayProcess.in(folder)
                    .with("BACKFILL_AUTH_MODE", "oidc")
                    .with("BACKFILL_AUTH_OIDC_ISSUER", issuer.address().toString())
                    .with("BACKFILL_AUTH_OIDC_AUDIENCE", "backfill")
                    .start()) {
                String redToken = issuer.token("first", "red", "backfill", HOUR);
                try (Api nobody = Api.of(gateway.baseUrl())) {
                    Api red = nobody.with("Authorization", "Bearer " + redToken);
                    Api blue =
                            nobody.with("Authorization", "Bearer " + issuer.token("first", "blue", "backfill", HOUR));

                    nobody.get("/v1/files").expect(401);
                    assertThat(red.get("/v1/files")
                                    .expect(503)
                                    .error()
                                    .path("type")
                                    .asText())
                            .isEqualTo("server_error");

                    issuer.away(false);
                    await().atMost(Duration.ofSeconds(40))
                            .until(() -> red.get("/v1/files").status() == 200);
                    String file = red.upload(InputLines.chat("steady", 1));
                    red.get("/v1/files/" + file).expect(200);
                    blue.get("/v1/files/" + file).expect(404);

                    for (String wrong : new String[] {
                        issuer.token("first", "red", "billing", HOUR),
                        issuer.token("first", "red", "backfill", HOUR.negated()),
                        issuer.token("first", "no tenant", "backfill", HOUR),
                        redToken.substring(0, redToken.length() - 8) + "AAAAAAAA",
                        "sk-abc"
                    }) {
                        Answer answer =
                                nobody.with("Authorization", "Bearer " + wrong).get("/v1/files");
                        assertThat(answer.expect(401).error().path("code").asText())
                                .isEqualTo("invalid_api_key");
                    }

                    issuer.newKey("second");
                    Api late =
                            nobody.with("Authorization", "Bearer " + issuer.token("second", "red", "backfill", HOUR));
                    await().atMost(Duration.ofSeconds(20))
                            .until(() -> late.get("/v1/files/" + file).status() == 200);
                }
                for (Path log : Folders.files(gateway.dataDir().resolve("log"))) {
                    assertThat(Files.readString(log, StandardCharsets.ISO_8859_1))
                            .as(log.toString())
                            .doesNotContain(redToken);
                }
            }
        }
    }
}
