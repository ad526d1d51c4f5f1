package io.backfill.simulator.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class FaultRulesTest {
    @Test
    void everyMemberShouldSurviveTheJsonForm() {
        FaultRules rules = new FaultRules(
                9,
                java.util.List.of(
                        FaultRule.answering(429)
                                .withRetryAfter("3")
                                .withRate(0.25)
                                .first(2)
                                .times(5)
                                .matching("needle")
                                .withHeader("X-Tenant", "noisy"),
                        FaultRule.slow(40),
                        FaultRule.of(FaultKind.PRETTY_CRLF)));

        assertThat(FaultRules.parse(rules.toJson())).isEqualTo(rules);
    }

    @Test
    void everyKindShouldHaveANameOfItsOwn() {
        for (FaultKind kind : FaultKind.values()) {
            assertThat(FaultKind.ofWireName(kind.wireName())).isEqualTo(kind);
        }
    }

    @Test
    void retryAfterShouldBeReadAsANumberToo() {
        FaultRules rules = FaultRules.parse("{\"rules\":[{\"fault\":\"status\",\"status\":503,\"retryAfter\":7}]}");

        assertThat(rules.rules().getFirst().retryAfter()).isEqualTo("7");
    }

    @Test
    void mistakesShouldBeNamed() {
        assertRefused("no json", "not JSON");
        assertRefused("[]", "rules");
        assertRefused("{\"rules\":[{\"fault\":\"explode\"}]}", "explode");
        assertRefused("{\"rules\":[{\"fault\":\"hang\",\"chance\":1}]}", "chance");
        assertRefused("{\"rules\":[{\"fault\":\"hang\",\"rate\":1.5}]}", "rate");
        assertRefused("{\"rules\":[{\"fault\":\"hang\",\"rate\":\"often\"}]}", "rate");
        assertRefused("{\"rules\":[{\"fault\":\"status\"}]}", "needs a status");
        assertRefused("{\"rules\":[{\"fault\":\"slow\"}]}", "needs ms");
    }

    private static void assertRefused(String json, String mentions) {
        assertThatThrownBy(() -> FaultRules.parse(json))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(mentions);
    }
}
