package io.backfill.offload;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.fair.MemoryShareTable;
import io.backfill.fair.ShareTable;
import io.backfill.ids.BatchId;
import io.backfill.models.Model;
import io.backfill.testing.SeededIds;
import io.backfill.testing.TestModels;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class CapReservationTest {
    private static final BatchId FIRST = SeededIds.batch(1);
    private static final BatchId SECOND = SeededIds.batch(2);

    private final MemoryShareTable table = new MemoryShareTable();
    /** Jobs may hold half of the cap. */
    private final Model model = TestModels.model("m", 8);

    private CapReservation leader(BatchId batch) {
        return new CapReservation(table, OffloadPolicy.DEFAULT, batch, () -> Duration.ofHours(1));
    }

    @Test
    void adoptedJobsShouldNotHoldMoreThanJobsMay() {
        leader(FIRST).hold(model, 2);
        leader(SECOND).hold(model, 2);

        leader(FIRST).keep(model);
        leader(SECOND).keep(model);

        assertThat(table.slots("m")).isEqualTo(4);
        ShareTable.Ask ofNode = new ShareTable.Ask("m", "node", 8, 8, Duration.ofMinutes(1));
        assertThat(table.exchange(ofNode, target -> 0)).isEqualTo(4);
    }

    @Test
    void anAdoptedJobShouldHoldWhatOthersLeaveOfTheBudget() {
        leader(FIRST).hold(model, 1);
        leader(SECOND).hold(model, 1);

        leader(FIRST).keep(model);

        assertThat(table.slots("m")).isEqualTo(4);
    }

    @Test
    void aJobWhoseRowIsGoneShouldHoldTheWholeBudget() {
        leader(FIRST).keep(model);

        assertThat(table.slots("m")).isEqualTo(4);
    }
}
