package io.backfill.replicas;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.dispatch.AbortSignal;
import io.backfill.dispatch.LineKind;
import io.backfill.testing.SettableTime;
import io.backfill.testing.TestModels;
import io.backfill.testing.TestRequests;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Clients determine the number of keys, so it must be limited. */
class LineKindsTest {
    private final SettableTime time = SettableTime.standing();
    private final LineKinds kinds = new LineKinds(time);

    @Test
    void kindsBeyondTheBoundShouldBeForgottenOldestFirst() {
        List<LineKind> sent = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            sent.add(kind("key-" + i));
            kinds.sent(sent.getLast(), this::state);
        }

        assertThat(sent.subList(0, 5_000 - 1_024))
                .allMatch(kind -> kinds.find(kind).isEmpty());
        assertThat(sent.subList(5_000 - 1_024, 5_000))
                .allMatch(kind -> kinds.find(kind).isPresent());
    }

    @Test
    void aKindWithOpenCallsShouldStay() {
        LineKind open = kind("open");
        kinds.sent(open, this::state).enter();
        time.advance(Duration.ofHours(1));
        for (int i = 0; i < 3_000; i++) {
            kinds.sent(kind("key-" + i), this::state);
        }

        assertThat(kinds.find(open)).isPresent();
    }

    @Test
    void aKindThatWasNotSentForAWhileShouldBeForgotten() {
        LineKind old = kind("old");
        kinds.sent(old, this::state);
        time.advance(Duration.ofMinutes(31));
        kinds.sent(kind("new"), this::state);

        assertThat(kinds.find(old)).isEmpty();
    }

    @Test
    void aKeyShouldBeTheSameHoweverItsHeaderIsWritten() {
        assertThat(kind("a")).isEqualTo(kind("a")).isNotEqualTo(kind("b"));
        assertThat(kind("a").toString()).doesNotContain("Bearer");
        assertThat(kindOf(Map.of("X-Other", "a"))).isEqualTo(kindOf(Map.of()));
        assertThat(kindOf(Map.of("authorization", "Bearer a"))).isEqualTo(kind("a"));
    }

    private LineKindState state(LineKind kind) {
        return new LineKindState(() -> "Replica r", Optional.empty(), time);
    }

    private LineKind kind(String key) {
        return kindOf(Map.of("Authorization", "Bearer " + key));
    }

    private LineKind kindOf(Map<String, String> headers) {
        return TestRequests.with(
                        TestRequests.to(TestModels.model("m", 1), new AbortSignal(time)),
                        "[]",
                        headers,
                        TestRequests.SCHEDULING)
                .kind();
    }
}
