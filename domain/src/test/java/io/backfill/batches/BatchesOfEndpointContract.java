package io.backfill.batches;

import static io.backfill.batches.SampleBatches.ADA;
import static io.backfill.batches.SampleBatches.BOB;
import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.ids.BatchId;
import io.backfill.testing.SeededIds;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Tests of {@link BatchesOfEndpoint} that every backend must pass. */
public interface BatchesOfEndpointContract extends CatalogFixture {
    String ENDPOINT = "/v1/embeddings";

    BatchesOfEndpoint pages();

    private static List<BatchId> ids(List<Batch> page) {
        return page.stream().map(Batch::id).toList();
    }

    private static List<BatchId> seeded(int... numbers) {
        return IntStream.of(numbers).mapToObj(SeededIds::batch).toList();
    }

    @Test
    default void pagesShouldHaveTheTenantsBatchesOfTheEndpointNewestFirst() {
        for (int n = 1; n <= 5; n++) {
            batches().insert(SampleBatches.batch(n));
        }
        batches().insert(SampleBatches.full(6));
        batches().insert(SampleBatches.batch(BOB, SeededIds.batch(7), "24h"));

        assertThat(ids(pages().olderThan(ADA, ENDPOINT, Optional.empty(), 2))).isEqualTo(seeded(5, 4));
        assertThat(ids(pages().olderThan(ADA, ENDPOINT, Optional.of(SeededIds.batch(4)), 10)))
                .isEqualTo(seeded(3, 2, 1));
        assertThat(ids(pages().newerThan(ADA, ENDPOINT, SeededIds.batch(2), 2))).isEqualTo(seeded(4, 3));
        assertThat(ids(pages().newerThan(ADA, ENDPOINT, SeededIds.batch(3), 10)))
                .isEqualTo(seeded(5, 4));
        assertThat(ids(pages().newerThan(ADA, ENDPOINT, SeededIds.batch(6), 10)))
                .isEmpty();
        assertThat(ids(pages().olderThan(ADA, "/v1/messages", Optional.empty(), 10)))
                .isEmpty();
        assertThat(ids(pages().olderThan(BOB, ENDPOINT, Optional.empty(), 10))).isEqualTo(seeded(7));
    }
}
