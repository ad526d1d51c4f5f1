package io.backfill.door;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.door.TenantSeats.Seat;
import io.backfill.tenants.TenantId;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class FrontDoorStateTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final AtomicLong nanos = new AtomicLong();
    private boolean alone;
    private final FrontDoor door = new FrontDoor(
            new DoorConfig(3, 2, 2, SECOND, 1, SECOND), tenant -> alone, Thread::startVirtualThread, nanos::get);

    @Test
    void doorShouldBeExhaustedOnceEveryThreadWasBusyForSomeSeconds() {
        for (int i = 0; i < 3; i++) {
            door.entered();
        }
        assertThat(door.exhausted()).isFalse();
        nanos.addAndGet(Duration.ofSeconds(6).toNanos());
        assertThat(door.exhausted()).isTrue();
        door.left();
        assertThat(door.exhausted()).isFalse();
        door.entered();
        assertThat(door.exhausted()).isFalse();
    }

    @Test
    void refusalsShouldBeCounted() {
        TenantId tenant = new TenantId("a");
        assertThat(door.transfer(tenant)).isPresent();
        assertThat(door.transfer(tenant)).isEmpty();
        assertThat(door.create(tenant)).isPresent();
        assertThat(door.create(tenant)).isEmpty();
        assertThat(door.refusedTransfers()).isEqualTo(1);
        assertThat(door.refusedRequests()).isEqualTo(1);
        assertThat(door.transfers()).isEqualTo(1);
    }

    @Test
    void seatOfACreateShouldRestAsLongAsItWorked() {
        Duration worked = Duration.ofMillis(200);
        TenantId tenant = new TenantId("a");
        Seat seat = door.create(tenant).orElseThrow();
        nanos.addAndGet(worked.toNanos());
        long closed = System.nanoTime();
        seat.close();
        assertThat(door.create(tenant)).isPresent();
        assertThat(System.nanoTime() - closed).isGreaterThanOrEqualTo(worked.toNanos());
    }

    @Test
    void seatOfATenantThatIsAloneShouldNotRest() {
        alone = true;
        TenantId tenant = new TenantId("a");
        for (int i = 0; i < 100; i++) {
            Seat seat = door.create(tenant).orElseThrow();
            nanos.addAndGet(SECOND.toNanos());
            seat.close();
        }
        assertThat(door.refusedRequests()).isZero();
    }

    @Test
    void seatOfACreateThatHungShouldNotRestForLong() {
        TenantId tenant = new TenantId("a");
        Seat seat = door.create(tenant).orElseThrow();
        nanos.addAndGet(Duration.ofHours(1).toNanos());
        seat.close();
        assertThat(door.create(tenant)).isPresent();
    }

    @Test
    void transfersShouldNotTakeAllThreads() {
        assertThatThrownBy(() -> new DoorConfig(96, 96, 2, SECOND, 1, SECOND))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("backfill.http.transfers (96)");
    }
}
