package io.backfill.offload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.batches.BatchSpec;
import io.backfill.batches.CompletionWindow;
import io.backfill.offload.OffloadPolicy.OnRefusal;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OffloadPolicyTest {
    private final OffloadPolicy policy = OffloadPolicy.DEFAULT;

    @Test
    void smallBatchesShouldStayHere() {
        assertThat(policy.sharding(spec(Optional.empty())).linesPerShard(9_999)).isEmpty();
        assertThat(policy.sharding(spec(Optional.empty())).linesPerShard(10_000))
                .hasValue(1000);
    }

    @Test
    void aVeryLargeBatchShouldNotHaveMoreShardsThanABatchMayHave() {
        int perShard = policy.sharding(spec(Optional.empty()))
                .linesPerShard(10_000_000)
                .orElseThrow();
        // each of thirty-two models may have a last shard that is not full
        assertThat(10_000_000 / perShard + 32).isLessThanOrEqualTo(OffloadPolicy.MOST_SHARDS);
    }

    @Test
    void batchesShouldOnlyBeHeardWhereTheOperatorAllowsIt() {
        OffloadPolicy open = policy(0.5, true);
        assertThat(open.sharding(spec(Optional.of("true"))).linesPerShard(1)).isPresent();
        assertThat(open.sharding(spec(Optional.of("false"))).linesPerShard(50_000))
                .isEmpty();
        assertThat(policy.sharding(spec(Optional.of("true"))).linesPerShard(1)).isEmpty();
    }

    @Test
    void jobsShouldAlwaysHaveOneCallOfACap() {
        assertThat(policy.budget(64)).isEqualTo(32);
        assertThat(policy.budget(1)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -1, 1.01, Double.NaN})
    void aShareThatIsNoneShouldBeRefused(double share) {
        assertThatThrownBy(() -> policy(share, false)).hasMessageContaining("backfill.offload.max-cap-share");
    }

    private static OffloadPolicy policy(double share, boolean mayAsk) {
        return new OffloadPolicy(10_000, 1000, 8, share, Duration.ofMinutes(10), OnRefusal.LOCAL, mayAsk);
    }

    private static BatchSpec spec(Optional<String> offload) {
        return new BatchSpec(
                "file-x",
                "/v1/embeddings",
                CompletionWindow.parse("1h").orElseThrow(),
                offload.map(value -> Map.of(BatchSpec.OFFLOAD_KEY, value)),
                Optional.empty());
    }
}
