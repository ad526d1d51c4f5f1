package io.backfill.replicas;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.dispatch.AbortSignal;
import io.backfill.dispatch.ModelRequest;
import io.backfill.models.Model;
import io.backfill.tenants.TenantId;
import io.backfill.testing.SeededIds;
import io.backfill.testing.SettableTime;
import io.backfill.testing.TestModels;
import io.backfill.testing.TestRequests;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SessionReplicasTest {
    private static final TenantId ALICE = new TenantId("alice");

    private final SettableTime time = SettableTime.standing();
    private final AbortSignal abort = new AbortSignal(time);
    private final Model model = TestModels.model("m", 1);
    private final SessionReplicas sessions = new SessionReplicas(time);

    @Test
    void theLastReplicaOfASessionShouldBeKnown() {
        sessions.sent(call(ALICE, "x-session-id", "s"), TestModels.replica(1));
        sessions.sent(call(ALICE, "x-session-id", "s"), TestModels.replica(2));

        assertThat(sessions.lastOf(call(ALICE, "X-Session-ID", "s"))).contains(TestModels.replica(2));
        assertThat(sessions.lastOf(call(ALICE, "x-session-id", "S"))).isEmpty();
    }

    @Test
    void aSessionShouldBelongToItsTenant() {
        sessions.sent(call(ALICE, "x-session-id", "s"), TestModels.replica(1));

        assertThat(sessions.lastOf(call(new TenantId("bob"), "x-session-id", "s")))
                .isEmpty();
    }

    @Test
    void callsWithoutSessionShouldHaveNothingInCommon() {
        for (String value : new String[] {"", " "}) {
            sessions.sent(call(ALICE, "x-session-id", value), TestModels.replica(1));
            assertThat(sessions.lastOf(call(ALICE, "x-session-id", value))).isEmpty();
        }
        sessions.sent(call(ALICE, "x-session", "s"), TestModels.replica(1));
        assertThat(sessions.lastOf(call(ALICE, "x-session", "s"))).isEmpty();
    }

    @Test
    void aSessionShouldBeForgotten300SecondsAfterItsLastCall() {
        ModelRequest call = call(ALICE, "x-session-id", "s");
        sessions.sent(call, TestModels.replica(1));
        time.advance(Duration.ofSeconds(200));
        sessions.sent(call, TestModels.replica(1));

        time.advance(Duration.ofSeconds(300));
        assertThat(sessions.lastOf(call)).contains(TestModels.replica(1));
        time.advance(Duration.ofNanos(1));
        assertThat(sessions.lastOf(call)).isEmpty();
    }

    @Test
    void theYoungest1024ShouldBeKnown() {
        for (int i = 0; i < 1024; i++) {
            sessions.sent(call(ALICE, "x-session-id", "s" + i), TestModels.replica(i));
        }
        sessions.sent(call(ALICE, "x-session-id", "s0"), TestModels.replica(0));
        sessions.sent(call(ALICE, "x-session-id", "one more"), TestModels.replica(9));

        assertThat(sessions.lastOf(call(ALICE, "x-session-id", "s0"))).contains(TestModels.replica(0));
        assertThat(sessions.lastOf(call(ALICE, "x-session-id", "s1"))).isEmpty();
        assertThat(sessions.lastOf(call(ALICE, "x-session-id", "s2"))).contains(TestModels.replica(2));
    }

    private ModelRequest call(TenantId tenant, String header, String value) {
        ModelRequest any = TestRequests.to(model, tenant, SeededIds.batch(1), 1, abort);
        return TestRequests.with(any, "[]", Map.of("accept-language", "en", header, value), TestRequests.SCHEDULING);
    }
}
