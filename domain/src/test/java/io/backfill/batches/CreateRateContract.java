package io.backfill.batches;

import static io.backfill.batches.SampleBatches.ADA;
import static io.backfill.batches.SampleBatches.BOB;
import static io.backfill.batches.SampleBatches.NOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.testing.SeededIds;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Tests of the rate of creates that every {@link BatchCatalog} must pass. */
public interface CreateRateContract extends CatalogFixture {
    /** A rate so low that nothing is refilled while a test runs. */
    CreateRate FIVE = new CreateRate(5);

    /** Lets {@code by} pass, as seen by the clock that refills rates. */
    void ageRates(Duration by);

    @Test
    default void createsAtOnceShouldKeepToTheRateTogether() {
        List<Boolean> created = Racers.race(8, racer -> creates(racer + 1));

        assertThat(created).filteredOn(Boolean::booleanValue).hasSize(5);
        assertThat(batches().list(ADA, Optional.empty(), 10)).hasSize(5);
        assertThat(batches()
                        .create(SampleBatches.batch(BOB, SeededIds.batch(20), "24h"), Optional.empty(), FIVE)
                        .tenant())
                .isEqualTo(BOB);
    }

    @Test
    default void rateShouldRefillEvenly() {
        for (int n = 1; n <= 5; n++) {
            assertThat(creates(n)).isTrue();
        }
        assertThatThrownBy(() -> batches().create(SampleBatches.batch(6), Optional.empty(), FIVE))
                .isInstanceOfSatisfying(
                        CreateRateExceededException.class,
                        e -> assertThat(e.untilNext()).isBetween(Duration.ofMinutes(10), Duration.ofMinutes(12)));
        ageRates(Duration.ofMinutes(12));
        assertThat(creates(7)).isTrue();
        assertThat(creates(8)).isFalse();
        ageRates(Duration.ofDays(1));
        for (int n = 11; n <= 15; n++) {
            assertThat(creates(n)).isTrue();
        }
        assertThat(creates(16)).isFalse();
    }

    @Test
    default void repeatedCreatesShouldTakeNothing() {
        IdempotencyKey key = new IdempotencyKey(ADA, "k", "body");
        for (int n = 1; n <= 10; n++) {
            assertThat(batches()
                            .create(SampleBatches.batch(n), Optional.of(key), FIVE)
                            .id())
                    .isEqualTo(SeededIds.batch(1));
        }
        for (int n = 11; n <= 14; n++) {
            assertThat(creates(n)).isTrue();
        }
        assertThat(creates(15)).isFalse();
        assertThat(batches()
                        .create(SampleBatches.batch(16), Optional.of(key), FIVE)
                        .id())
                .isEqualTo(SeededIds.batch(1));
        assertThatThrownBy(() -> batches()
                        .create(SampleBatches.batch(17), Optional.of(new IdempotencyKey(ADA, "other", "body")), FIVE))
                .isInstanceOf(CreateRateExceededException.class);
    }

    private boolean creates(int n) {
        try {
            batches().create(SampleBatches.createdAt(SeededIds.batch(n), NOON), Optional.empty(), FIVE);
            return true;
        } catch (CreateRateExceededException e) {
            return false;
        }
    }
}
