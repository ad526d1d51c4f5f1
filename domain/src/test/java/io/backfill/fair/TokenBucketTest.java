package io.backfill.fair;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.testing.SeededRandom;
import io.backfill.testing.SettableTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

/**
 * Budgets are whole tokens per millisecond, so that the naive bucket, which is filled millisecond by millisecond, is exact. The
 * tested bucket is exact except for rounding, which matters only when it is empty.
 */
class TokenBucketTest {
    private static final long MILLIS_PER_MINUTE = 60_000;
    private static final long MILLIS_OF_CAPACITY = 1_000;

    private final SettableTime time = SettableTime.standing();

    @RepeatedTest(100)
    void aCallShouldGoExactlyWhileTheBudgetIsAboveZero(RepetitionInfo run) {
        Random random = SeededRandom.of(run);
        long perMilli = 1 + random.nextInt(4);
        TokenBucket bucket = new TokenBucket(BudgetKey.Kind.TOKENS, perMilli * MILLIS_PER_MINUTE, time);
        long naive = perMilli * MILLIS_OF_CAPACITY;
        for (int i = 0; i < 400; i++) {
            int millis = random.nextInt(random.nextInt(20) == 0 ? 100_000 : 3_000);
            time.advance(Duration.ofMillis(millis));
            for (int milli = 0; milli < millis; milli++) {
                naive = Math.min(perMilli * MILLIS_OF_CAPACITY, naive + perMilli);
            }
            boolean mayGo = bucket.mayGo(perMilli * MILLIS_PER_MINUTE);
            if (naive != 0) {
                assertThat(mayGo).as("%d tokens left", naive).isEqualTo(naive > 0);
            }
            if (random.nextInt(10) == 0) {
                // the operator changes the rate; the remaining tokens stay, up to a second's worth
                perMilli = 1 + random.nextInt(4);
                naive = Math.min(perMilli * MILLIS_OF_CAPACITY, naive);
                bucket.mayGo(perMilli * MILLIS_PER_MINUTE);
            }
            if (naive > 0) {
                long cost = 1 + random.nextInt(random.nextInt(5) == 0 ? 400_000 : 5_000);
                bucket.spend(cost);
                naive -= cost;
            }
        }
    }

    /** Over any period, at most a second's worth is spent, plus what arrives in that period and the call that overdraws the bucket. */
    @RepeatedTest(50)
    void spendingShouldStayWithinTheRateOverEveryStretch(RepetitionInfo run) {
        Random random = SeededRandom.of(run);
        long perMilli = 1 + random.nextInt(4);
        int largest = 1 + random.nextInt(300_000);
        TokenBucket bucket = new TokenBucket(BudgetKey.Kind.TOKENS, perMilli * MILLIS_PER_MINUTE, time);
        List<long[]> spent = new ArrayList<>();
        long now = 0;
        for (int i = 0; i < 300; i++) {
            int millis = random.nextInt(5_000);
            time.advance(Duration.ofMillis(millis));
            now += millis;
            while (bucket.mayGo(perMilli * MILLIS_PER_MINUTE)) {
                long cost = 1 + random.nextInt(largest);
                bucket.spend(cost);
                spent.add(new long[] {now, cost});
            }
        }
        assertThat(spent).isNotEmpty();
        for (int from = 0; from < spent.size(); from += 7) {
            long sum = 0;
            for (int to = from; to < Math.min(spent.size(), from + 200); to++) {
                sum += spent.get(to)[1];
                long stretch = spent.get(to)[0] - spent.get(from)[0];
                assertThat(sum).isLessThanOrEqualTo(perMilli * (MILLIS_OF_CAPACITY + stretch) + largest);
            }
        }
    }

    /** The debt of a call that was too large is paid off at the configured rate, and ends exactly when it is paid. */
    @RepeatedTest(20)
    void aDebtShouldEndWhenItIsPaid(RepetitionInfo run) {
        Random random = SeededRandom.of(run);
        TokenBucket bucket = new TokenBucket(BudgetKey.Kind.TOKENS, MILLIS_PER_MINUTE, time);
        int debt = 1 + random.nextInt(1_000_000);
        assertThat(bucket.mayGo(MILLIS_PER_MINUTE)).isTrue();
        bucket.spend(MILLIS_OF_CAPACITY + debt);

        time.advance(Duration.ofMillis(debt - 1));
        assertThat(bucket.mayGo(MILLIS_PER_MINUTE)).isFalse();
        time.advance(Duration.ofMillis(2));
        assertThat(bucket.mayGo(MILLIS_PER_MINUTE)).isTrue();
    }
}
