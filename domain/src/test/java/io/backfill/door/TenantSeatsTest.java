package io.backfill.door;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.door.TenantSeats.Seat;
import io.backfill.tenants.TenantId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TenantSeatsTest {
    private final TenantSeats seats = new TenantSeats(16);

    private List<Seat> all(String tenant) {
        List<Seat> taken = new ArrayList<>();
        for (Optional<Seat> seat = seats.take(new TenantId(tenant));
                seat.isPresent();
                seat = seats.take(new TenantId(tenant))) {
            taken.add(seat.get());
        }
        return taken;
    }

    @Test
    void eachTenantShouldHoldAtMostWhatIsFree() {
        assertThat(all("a")).hasSize(8);
        assertThat(all("b")).hasSize(4);
        assertThat(all("c")).hasSize(2);
        assertThat(all("d")).hasSize(1);
        assertThat(seats.taken()).isEqualTo(15);
    }

    @Test
    void seatShouldBeGivenBackOnce() {
        List<Seat> taken = all("a");
        taken.getFirst().close();
        taken.getFirst().close();
        assertThat(seats.taken()).isEqualTo(7);
        assertThat(all("a")).hasSize(1);
        assertThat(seats.take(new TenantId("b"))).isPresent();
    }
}
