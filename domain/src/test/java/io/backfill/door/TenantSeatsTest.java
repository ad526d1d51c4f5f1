package io.backfill.door;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backfill.door.TenantSeats.Seat;
import io.backfill.tenants.TenantId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class TenantSeatsTest {
    private static final Duration LONG = Duration.ofMinutes(1);

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

    @Test
    void seatThatIsGivenBackShouldGoToWhomWaitsLongestAndMayHaveIt() throws Exception {
        List<Seat> taken = all("a");
        all("b");
        all("c");
        all("d");
        Seat last = seats.take(new TenantId("e")).orElseThrow();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Optional<Seat>> full = threads.submit(() -> seats.await(new TenantId("a"), LONG));
            await().until(() -> seats.waiting() == 1);
            Future<Optional<Seat>> first = threads.submit(() -> seats.await(new TenantId("f"), LONG));
            await().until(() -> seats.waiting() == 2);
            Future<Optional<Seat>> second = threads.submit(() -> seats.await(new TenantId("g"), LONG));
            await().until(() -> seats.waiting() == 3);
            taken.getFirst().close();
            assertThat(first.get()).isPresent();
            assertThat(seats.taken()).isEqualTo(16);
            assertThat(second.isDone()).isFalse();
            last.close();
            assertThat(second.get()).isPresent();
            assertThat(full.isDone()).isFalse();
            full.cancel(true);
            await().until(() -> seats.waiting() == 0);
        }
        assertThat(seats.taken()).isEqualTo(16);
    }
}
