package io.backfill.offload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.ids.BatchId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class ShardJobSpecTest {
    private static final BatchId BATCH = new BatchId("batch_0123456789abcdef0123456789abcdef");

    @Test
    void nameShouldBeMadeOfBatchAndGenerationAndLeaveRoomForTheIndexInAHostName() {
        assertThat(spec(2, List.of(0), 1).name()).isEqualTo("backfill-0123456789abcdef0123456789abcdef-g2");
        assertThat(spec(999, List.of(0), 1).name()).hasSizeLessThanOrEqualTo(52).matches("[a-z][a-z0-9-]*[a-z0-9]");
    }

    @Test
    void constructorShouldRefuseWhatNoJobCanBe() {
        assertThatThrownBy(() -> spec(0, List.of(0), 1)).hasMessageContaining("generation");
        assertThatThrownBy(() -> spec(1000, List.of(0), 1)).hasMessageContaining("generation");
        assertThatThrownBy(() -> spec(1, List.of(), 1)).hasMessageContaining("partitions");
        assertThatThrownBy(() -> spec(1, List.of(1, 0), 1)).hasMessageContaining("ascend");
        assertThatThrownBy(() -> spec(1, List.of(0, 1), 3)).hasMessageContaining("parallelism");
        assertThatThrownBy(() -> spec(1, List.of(0, 1), 0)).hasMessageContaining("parallelism");
    }

    @Test
    void problemShouldKeepTheEndOfALongMessage() {
        ShardProblem problem =
                new ShardProblem(ShardProblem.Kind.EXIT, OptionalInt.of(3), "x".repeat(5000) + " the reason");

        assertThat(problem.message()).hasSize(1000).endsWith(" the reason");
    }

    private static ShardJobSpec spec(int generation, List<Integer> partitions, int parallelism) {
        return new ShardJobSpec(
                BATCH,
                generation,
                partitions,
                parallelism,
                "batches/b/worker.json",
                Duration.ofHours(1),
                Map.of(),
                Map.of());
    }
}
