package io.backfill.webhooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.ids.BatchId;
import io.backfill.tenants.TenantId;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SigningSecretTest {
    private static final String TEXT = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
    private static final String ID = "wh_6a0000000000000000000000000000aa";
    private static final long TIMESTAMP = 1_790_000_000;
    private static final String SIGNATURE = "v1,P1xpmnwmrVH/oqnm17HYfsNFXTCMR0Ho0MJDsmi5i9o=";

    /** The test vector that OpenAI's SDKs for Python and Node verify. */
    private static final WebhookEvent EVENT = new WebhookEvent(
            "evt_6a0000000000000000000000000000bb",
            EventType.COMPLETED,
            TenantId.DEFAULT,
            new BatchId("batch_6a0000000000000000000000000000cc"),
            Instant.ofEpochSecond(TIMESTAMP));

    @Test
    void bodyShouldBeThatOfTheTestVector() {
        assertThat(new String(EVENT.body(), StandardCharsets.UTF_8))
                .isEqualTo("{\"id\":\"evt_6a0000000000000000000000000000bb\",\"object\":\"event\","
                        + "\"created_at\":1790000000,\"type\":\"batch.completed\","
                        + "\"data\":{\"id\":\"batch_6a0000000000000000000000000000cc\"}}");
    }

    @Test
    void signatureShouldBeThatOfTheTestVector() {
        assertThat(SigningSecret.of(TEXT).sign(ID, TIMESTAMP, EVENT.body())).isEqualTo(SIGNATURE);
        assertThat(SigningSecret.of("0123456789abcdef0123456789abcdef").sign(ID, TIMESTAMP, EVENT.body()))
                .as("a secret without prefix is the key itself")
                .isEqualTo(SIGNATURE);
    }

    @Test
    void bothSecretsShouldSignUntilTheOverlapEnds() {
        Instant now = Instant.ofEpochSecond(TIMESTAMP);
        SigningSecret fresh = SigningSecret.fresh(new Random(1));
        String ofFresh = fresh.sign(ID, TIMESTAMP, EVENT.body());
        EndpointSecrets rotated = EndpointSecrets.of(SigningSecret.of(TEXT)).rotated(fresh, true, now);

        assertThat(rotated.sign(ID, now, EVENT.body())).isEqualTo(ofFresh + " " + SIGNATURE);
        assertThat(EndpointSecrets.of(rotated.toMap())).isEqualTo(rotated);
        Instant later = now.plus(Duration.ofHours(24));
        assertThat(rotated.sign(ID, later, EVENT.body()))
                .isEqualTo(fresh.sign(ID, later.getEpochSecond(), EVENT.body()));
        assertThat(EndpointSecrets.of(SigningSecret.of(TEXT))
                        .rotated(fresh, false, now)
                        .sign(ID, now, EVENT.body()))
                .isEqualTo(ofFresh);
    }

    @Test
    void freshSecretsShouldBeReadBackAndNotBeShown() {
        SigningSecret fresh = SigningSecret.fresh(new Random(2));

        assertThat(fresh.text()).matches("whsec_[A-Za-z0-9+/]{43}=");
        assertThat(SigningSecret.of(fresh.text())).isEqualTo(fresh);
        assertThat(fresh.text()).endsWith(fresh.hint());
        assertThat(fresh.toString()).doesNotContain(fresh.text().substring(6, 20));
    }

    @Test
    void brokenSecretShouldBeRefusedWithoutBeingQuoted() {
        assertThatThrownBy(() -> SigningSecret.of("whsec_!not-base64"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("not-base64");
        assertThatThrownBy(() -> SigningSecret.of("")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> SigningSecret.of("whsec_")).isInstanceOf(IllegalArgumentException.class);
    }
}
