package io.backfill.batches;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BatchValuesTest {
    @ParameterizedTest
    @CsvSource({"24h,PT24H", "1s,PT1S", "90m,PT90M", "7d,PT168H", "999999999d,PT23999999976H"})
    void windowShouldReadANumberAndAUnitAndKeepTheText(String text, Duration length) {
        assertThat(CompletionWindow.parse(text)).contains(new CompletionWindow(text, length));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "24", "h", "0h", "024h", "-1h", "1.5h", "24 h", " 24h", "24H", "1w", "1000000000s", "２h"})
    void windowShouldRefuseEverythingElse(String text) {
        assertThat(CompletionWindow.parse(text)).isEmpty();
    }

    @Test
    void theLongestWindowShouldStillHaveADeadline() {
        assertThat(Instant.parse("2026-11-03T10:00:00Z")
                        .plus(CompletionWindow.parse("999999999d").orElseThrow().length()))
                .isBefore(Instant.MAX);
    }

    @Test
    void countsThatDoNotAddUpShouldBeRefused() {
        assertThatThrownBy(() -> new RequestCounts(5, 3, 3)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new RequestCounts(5, -1, 3)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new RequestCounts(Integer.MAX_VALUE, Integer.MAX_VALUE, 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(new RequestCounts(5, 3, 2)).isNotNull();
    }

    @Test
    void maxShouldNeverGoBackInAnyField() {
        RequestCounts counts = new RequestCounts(10, 4, 1).max(new RequestCounts(10, 3, 2));

        assertThat(counts).isEqualTo(new RequestCounts(10, 4, 2));
    }

    @Test
    void aLeaseShouldBeHeldUntilItsEndAndNotAtIt() {
        Instant until = Instant.parse("2026-11-03T10:00:00Z");
        Lease lease = new Lease("node", 1, until);

        assertThat(lease.heldAt(until.minusNanos(1))).isTrue();
        assertThat(lease.heldAt(until)).isFalse();
        assertThat(new Lease("", 1, until).heldAt(until.minusSeconds(9))).isFalse();
    }

    @Test
    void sealedHeadersShouldNotShowTheirBytes() {
        assertThat(new SealedHeaders("k", new byte[] {65, 66})).hasToString("SealedHeaders[2 bytes]");
        assertThat(new SealedHeaders("k", new byte[] {65})).isEqualTo(new SealedHeaders("k", new byte[] {65}));
        assertThat(new SealedHeaders("k", new byte[] {65})).isNotEqualTo(new SealedHeaders("l", new byte[] {65}));
    }

    @Test
    void statusNamesShouldBeThoseOfTheApi() {
        assertThat(List.of(BatchStatus.values()).stream().map(BatchStatus::wireName))
                .containsExactlyInAnyOrder(
                        "validating",
                        "failed",
                        "in_progress",
                        "finalizing",
                        "completed",
                        "expired",
                        "cancelling",
                        "cancelled");
    }
}
